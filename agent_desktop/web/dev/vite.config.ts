/** The page with a played center behind it: `npm run dev` to work on it, `vite preview` with this file for screenshots. */

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { attach } from "./center-server";

/** The policy under which the real server gives the page out; the built page is tried under it here. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self' blob:",
  "connect-src 'self' ws://127.0.0.1:*",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const playedCenter: Plugin = {
  name: "played-center",
  configureServer(server) {
    if (server.httpServer !== null) attach(server.httpServer as never, server.middlewares);
  },
  configurePreviewServer(server) {
    server.middlewares.use((_request, response, next) => {
      response.setHeader("Content-Security-Policy", POLICY);
      next();
    });
    attach(server.httpServer as never, server.middlewares);
  },
};

export default defineConfig({ root: new URL("..", import.meta.url).pathname, plugins: [react(), playedCenter], build: { assetsInlineLimit: 0 } });
