/** The few drawings the screens need, all strokes on a 24 grid. They say nothing that words beside them do not. */

import type { ReactNode } from "react";
import type { Medium } from "../protocol.gen";

function drawing(paths: ReactNode) {
  return function Icon({ size = 18 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.8}
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {paths}
      </svg>
    );
  };
}

export const CallIcon = drawing(<path d="M5.2 3.8h3l1.6 4.4-2 1.5a12 12 0 0 0 6.500 6.500l1.500-2 4.400 1.600v3a1.700 1.700 0 0 1-1.900 1.700C10.600 19.800 4.200 13.400 3.500 5.700a1.700 1.700 0 0 1 1.700-1.900z" />);
export const HangUpIcon = drawing(<path d="M3 14.200c5.400-5.200 12.600-5.200 18 0l-2.300 2.600-3.600-1.700-.3-2.500a9 9 0 0 0-5.600 0l-.3 2.500-3.600 1.700z" />);
export const MailIcon = drawing(
  <>
    <rect x="3.500" y="5.500" width="17" height="13" rx="2" />
    <path d="m4 7 8 6 8-6" />
  </>,
);
export const ChatIcon = drawing(<path d="M4 6.500a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-4.500 3.500v-3.500H6a2 2 0 0 1-2-2zM8.500 9h7M8.500 12h4.500" />);
export const TaskIcon = drawing(
  <>
    <rect x="4.500" y="4.500" width="15" height="15" rx="2.500" />
    <path d="m8.500 12.200 2.500 2.500 4.800-5.200" />
  </>,
);
export const MuteIcon = drawing(<path d="M9 9v3a3 3 0 0 0 4.800 2.400M15 11V6.500a3 3 0 0 0-5.700-1.200M6 11.500a6 6 0 0 0 9.500 4.900M18 11.500a6 6 0 0 1-.5 2.400M12 17.500V21M4 4l16 16" />);
export const MicIcon = drawing(<path d="M12 3.500a3 3 0 0 1 3 3V12a3 3 0 0 1-6 0V6.500a3 3 0 0 1 3-3zM6 11.500a6 6 0 0 0 12 0M12 17.500V21" />);
export const HoldIcon = drawing(<path d="M9 5.500v13M15 5.500v13" strokeWidth={2.4} />);
export const ResumeIcon = drawing(<path d="M8 5.500v13l10.500-6.500z" />);
export const TransferIcon = drawing(<path d="M4 12h15M14 6.500l5.500 5.500-5.500 5.500" />);
export const SwapIcon = drawing(<path d="M5 8.500h13M14.500 5 18 8.500 14.500 12M19 15.500H6M9.500 12 6 15.500 9.500 19" />);
export const JoinIcon = drawing(
  <>
    <circle cx="12" cy="6.500" r="2.500" />
    <circle cx="6" cy="17" r="2.500" />
    <circle cx="18" cy="17" r="2.500" />
    <path d="m10.800 8.800-3.500 6M13.200 8.800l3.500 6M8.500 17h7" />
  </>,
);
export const KeypadIcon = drawing(<path d="M6.500 6h.1M12 6h.1M17.500 6h.1M6.500 12h.1M12 12h.1M17.500 12h.1M6.500 18h.1M12 18h.1M17.500 18h.1" strokeWidth={3.200} />);
export const SpeakerIcon = drawing(<path d="M4.500 9.500v5h3.500l4.500 4v-13l-4.500 4zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11" />);
export const BellIcon = drawing(<path d="M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500h4" />);
export const NoteIcon = drawing(<path d="M5 4.500h14v10l-5 5H5zM14 19.500v-5h5M8.500 8.500h7M8.500 12h4" />);
export const ClockIcon = drawing(
  <>
    <circle cx="12" cy="12" r="8" />
    <path d="M12 7.500V12l3 2" />
  </>,
);
export const CheckIcon = drawing(<path d="m5 12.500 4.500 4.500L19 7.500" />);
export const CrossIcon = drawing(<path d="m6.500 6.500 11 11M17.500 6.500l-11 11" />);
export const WarningIcon = drawing(<path d="M12 4.500 3.500 19h17zM12 10v4M12 16.500v.2" />);
export const MoreIcon = drawing(<path d="M6 12h.1M12 12h.1M18 12h.1" strokeWidth={2.6} />);
export const DownIcon = drawing(<path d="m7 10 5 5 5-5" />);
export const PlusIcon = drawing(<path d="M12 5.500v13M5.500 12h13" />);
export const KeysIcon = drawing(
  <>
    <rect x="3" y="6.500" width="18" height="11" rx="2" />
    <path d="M7 10h.1M10.300 10h.1M13.600 10h.1M17 10h.1M8 14h8" />
  </>,
);
export const SunIcon = drawing(
  <>
    <circle cx="12" cy="12" r="3.500" />
    <path d="M12 3.500v2M12 18.500v2M3.500 12h2M18.500 12h2M6 6l1.400 1.400M16.600 16.600 18 18M18 6l-1.400 1.400M7.400 16.600 6 18" />
  </>,
);
export const BoardIcon = drawing(<path d="M4 5h16v11H4zM9 20h6M12 16v4M8 12.500v-2M12 12.500v-4M16 12.500V9.500" />);
export const HeadsetIcon = drawing(<path d="M5 14v-2a7 7 0 0 1 14 0v2M5 14h2.500v5H6a1 1 0 0 1-1-1zM19 14h-2.500v5H18a1 1 0 0 0 1-1zM18 19c0 1.500-2 2-4.500 2" />);
export const PersonIcon = drawing(
  <>
    <circle cx="12" cy="8.500" r="3.500" />
    <path d="M5 19.500c.6-3.500 3.400-5.500 7-5.500s6.400 2 7 5.500" />
  </>,
);
export const ShieldIcon = drawing(<path d="M12 3.500 5 6v5.500c0 4.500 3 7.500 7 9 4-1.500 7-4.500 7-9V6zM9 12l2.200 2.200L15.200 10" />);
export const SendIcon = drawing(<path d="M4.500 11.500 20 4.500l-5 15.500-3.500-6.500zM11.500 13.500 20 4.500" />);
export const FileIcon = drawing(<path d="M7 3.500h7l4 4v13H7zM14 3.500v4h4" />);
export const FullScreenIcon = drawing(<path d="M4.500 9V4.500H9M15 4.500h4.500V9M19.500 15v4.500H15M9 19.500H4.500V15" />);

const BY_MEDIUM = { voice: CallIcon, mail: MailIcon, chat: ChatIcon, task: TaskIcon } as const;

export function MediumIcon({ medium, size = 18 }: { medium: Medium; size?: number }) {
  const Icon = BY_MEDIUM[medium];
  return <Icon size={size} />;
}
