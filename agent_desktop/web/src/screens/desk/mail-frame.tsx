/**
 * A stranger's HTML, sanitised by the server, in a frame that may do nothing: no scripts, no forms, no origin of its own.
 * The page's content security policy holds in it too, so nothing is fetched from elsewhere. Links open a new window
 * without a referrer.
 */

interface Props {
  readonly html: string;
}

/** Paper stays white in the dark too, since the sender chose their colours for it. */
const BODY_STYLE = "margin:12px;font:14px/1.5 system-ui,sans-serif;color:#1b2230;background:#fff;overflow-wrap:anywhere";

export function MailFrame({ html }: Props) {
  const page = `<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><base target="_blank"></head><body style="${BODY_STYLE}">${html}</body></html>`;
  return <iframe className="mail-frame" title="The e-mail as it was formatted" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerPolicy="no-referrer" srcDoc={page} />;
}
