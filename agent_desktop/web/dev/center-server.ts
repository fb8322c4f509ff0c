/** A played center on the road of the real one: sign-in, ticket, socket. For development and screenshots alone. */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { WebSocketServer } from "ws";
import type { AnyRequest } from "../src/protocol.gen";
import { PlayedCenter } from "./played-center";
import * as samples from "./samples";
import { play } from "./scenes";

interface Middlewares {
  use(handler: (request: IncomingMessage, response: ServerResponse, next: () => void) => void): void;
}

const PEOPLE: Record<string, { user: string; name: string; role: string }> = {
  ann: { user: "ann", name: "Ann Fisher", role: "agent" },
  ben: { user: "ben", name: "Ben Okafor", role: "agent" },
  sam: { user: "sam", name: "Sam Weber", role: "supervisor" },
  crm: { user: "crm", name: "CRM", role: "integrator" },
};

function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => resolve(text === "" ? {} : (JSON.parse(text) as Record<string, string>)));
  });
}

export function attach(http: Server, middlewares: Middlewares): void {
  const center = new PlayedCenter();
  const userOf = (request: IncomingMessage) => PEOPLE[/session=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? ""];
  const say = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { "Content-Type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
  middlewares.use((request, response, next) => {
    const address = new URL(request.url ?? "/", "http://x");
    switch (`${request.method} ${address.pathname}`) {
      case "GET /api/me": {
        const user = userOf(request);
        return say(response, user === undefined ? 401 : 200, user ?? {});
      }
      case "POST /api/sign-in":
        void bodyOf(request).then(({ user = "", password }) => {
          const known = PEOPLE[user];
          if (known === undefined || password !== "harbor") return say(response, 401, { sentence: "This name and password do not fit." });
          say(response, 200, known, { "Set-Cookie": `session=${user}; HttpOnly; SameSite=Strict; Path=/` });
        });
        return;
      case "POST /api/sign-out":
        return say(response, 200, {}, { "Set-Cookie": "session=; Max-Age=0; Path=/" });
      case "POST /api/ticket":
        return say(response, userOf(request) === undefined ? 401 : 200, { ticket: "played" });
      case "POST /dev/play":
        play(center, address.searchParams.get("scene") ?? "");
        return say(response, 200, {});
      case "POST /dev/put":
        void bodyOf(request).then((part) => {
          center.put(address.searchParams.get("view") ?? "desk", part as never);
          say(response, 200, {});
        });
        return;
      case "POST /dev/remove":
        center.remove(address.searchParams.get("view") ?? "desk", address.searchParams.get("key") ?? "");
        return say(response, 200, {});
      default:
        if (/^\/api\/interactions\/[^/]+\/explanation$/.test(address.pathname)) return say(response, 200, samples.why(address.searchParams.get("of") === "now"));
        if (address.pathname === "/wallboard") request.url = "/";
        return next();
    }
  });
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    if (!(request.url ?? "").startsWith("/api/socket")) return;
    const user = userOf(request);
    if (user === undefined) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => {
      const leave = center.join({ user: user.user, role: user.role as never, name: user.name, send: (text) => client.send(text), close: () => client.close() });
      client.on("message", (data: Buffer) => center.take(client, user.user, JSON.parse(data.toString()) as AnyRequest, (text) => client.send(text)));
      client.on("close", leave);
    });
  });
}
