/** How good the line is: three bars, a word, and a warning when one side hears nothing. */

import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import { WarningIcon } from "../../parts/icons";
import { usePhone } from "../../phone/controls";
import { type LineSample, qualityOf, qualityWords, sampleOf, withSample } from "../../phone/quality";

const EVERY_MS = 1_000;

/** `apart`: nobody speaks with me now, so that silence says nothing. */
export function QualityMeter({ apart }: { apart: boolean }) {
  const { stats, soft, canDial } = usePhone();
  const [samples, setSamples] = useState<readonly LineSample[]>([]);
  useEffect(() => {
    if (!canDial) return undefined;
    const look = () =>
      void stats().then((report) => {
        const sample = report === undefined ? undefined : sampleOf(report.values());
        if (sample !== undefined) setSamples((before) => withSample(before, sample));
      });
    const timer = setInterval(look, EVERY_MS);
    return () => {
      clearInterval(timer);
      setSamples([]);
    };
  }, [canDial, stats]);
  const quality = qualityOf(samples, soft.muted);
  if (quality === undefined || apart) return null;
  return (
    <>
      <Tooltip label={qualityWords(quality)}>
        <span className="line-quality" data-bars={quality.bars}>
          <span className="line-bars" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {quality.word}
        </span>
      </Tooltip>
      {quality.warning !== null && (
        <p className="call-trouble line-warning" role="alert">
          <WarningIcon size={15} /> {quality.warning}
        </p>
      )}
    </>
  );
}
