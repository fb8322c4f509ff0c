/** The launcher's looks: inside a shadow tree, so that neither side's style reaches the other. */
export const launcherStyle = `
:host{all:initial!important;display:block!important}
.launcher{all:unset;box-sizing:border-box;position:fixed;inset-block-end:20px;inset-inline-end:20px;width:56px;height:56px;
border-radius:50%;background:var(--colour);cursor:pointer;z-index:2147483646;display:grid;place-items:center;
box-shadow:0 1px 3px #0003,0 8px 24px #0003;transition:transform .16s,box-shadow .16s}
.launcher:hover{transform:translateY(-2px);box-shadow:0 2px 4px #0003,0 12px 28px #0004}
.launcher:focus-visible{outline:3px solid #fff;outline-offset:-5px;box-shadow:0 0 0 3px var(--colour),0 8px 24px #0003}
svg{grid-area:1/1;width:28px;height:28px;fill:#fff;transition:opacity .16s,transform .16s}
.down{opacity:0;transform:rotate(-60deg)}
:host(.open) .down{opacity:1;transform:none}
:host(.open) .talk{opacity:0;transform:rotate(60deg)}
.badge{position:absolute;inset-block-start:-3px;inset-inline-end:-3px;min-width:20px;height:20px;padding:0 5px;
box-sizing:border-box;border-radius:10px;background:#c62828;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
[hidden]{display:none!important}
.panel{position:fixed;inset-block-end:90px;inset-inline-end:20px;width:384px;height:min(640px,calc(100vh - 110px));
max-width:calc(100vw - 40px);z-index:2147483647;border-radius:16px;overflow:hidden;background:#fff;
box-shadow:0 0 0 1px #0000000f,0 6px 12px #0000001a,0 24px 64px #00000038;animation:rise .2s ease-out}
iframe{border:0;width:100%;height:100%;display:block;color-scheme:light dark}
@keyframes rise{from{opacity:0;transform:translateY(14px) scale(.98)}}
@media(max-width:480px),(max-height:420px){.panel{inset:0;width:auto;height:auto;max-width:none;border-radius:0}
:host(.open) .launcher{display:none}}
@media(prefers-color-scheme:dark){.panel{background:#16191d}}
@media(prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
`;
