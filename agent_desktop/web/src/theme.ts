/** Mantine's theme. The colours themselves stand in `styles.css`, so that no style element is made at run time (CSP). */

import { createTheme, type MantineColorsTuple } from "@mantine/core";

const brand: MantineColorsTuple = [
  "#eef1ff",
  "#dde2fb",
  "#b9c2f3",
  "#929fec",
  "#7382e5",
  "#5f70e1",
  "#4f60d6",
  "#4356c9",
  "#3a4bb4",
  "#2f3e9d",
];

export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, "Segoe UI", Roboto, sans-serif',
  colors: { blue: brand },
  primaryColor: "blue",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // Scroll locking and focus-lock guards add style elements; the page has its own scroll areas instead.
    Modal: { defaultProps: { lockScroll: false, centered: true, closeButtonProps: { "aria-label": "Close" }, transitionProps: { duration: 90 }, overlayProps: { backgroundOpacity: 0.45 } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, fz: "xs" } },
    Button: { defaultProps: { size: "sm" } },
    Menu: { defaultProps: { shadow: "md", withinPortal: true } },
  },
});
