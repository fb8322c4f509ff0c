/** The keys of this center in one table, and the switch that turns them off (WCAG 2.1.4). */

import { Modal, Switch } from "@mantine/core";
import { keysFor, switchKeys, useKeysOff } from "../keys";
import { Key } from "../parts/small";
import type { Medium } from "../protocol.gen";

export function KeysDialog({ opened, onClose, media }: { opened: boolean; onClose: () => void; media: readonly Medium[] }) {
  const off = useKeysOff();
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="lg">
      <dl className="keys-table">
        {keysFor(media).map((row) => (
          <div key={row.action}>
            <dt>{row.action}</dt>
            <dd>
              <Key>{row.shown}</Key>
            </dd>
          </div>
        ))}
      </dl>
      <Switch mt="md" label="These keys are on" checked={!off} onChange={(event) => switchKeys(!event.currentTarget.checked)} />
    </Modal>
  );
}
