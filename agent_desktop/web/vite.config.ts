import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `base: "./"` is not used on purpose: the page also lives at /wallboard, and both load the same /assets.
export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    sourcemap: false,
    // The content security policy has no `data:` for fonts and scripts; every asset stays a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  test: { environment: "node", include: ["test/**/*.test.{ts,tsx}"] },
});
