/** What a switch and a router would make of an agent's wishes about the one call of the played center. */

import type { AnyMessage, AskConsult, CallAct, CallShown, DropParty, HandOverCall, PartyShown, SteerCall } from "../src/protocol.gen";
import type { PlayedCenter } from "./played-center";
import * as samples from "./samples";

const ANSWERS_AFTER_MS = 300;

export function steered(center: PlayedCenter, request: SteerCall | AskConsult | HandOverCall | DropParty): AnyMessage {
  const desk = center.view("desk").parts;
  const key = `call/${request.handling}`;
  const part = desk.get(key);
  const call = part?.type === "call_shown" ? part : samples.callOf({ key, handling: request.handling });
  const asked = call.parties.find((party) => party.asked);
  const work = desk.get(`work/${request.handling}`);
  if (work?.type !== "work_item") return { type: "refused", id: request.id, reason: "unknown_handling", sentence: "This work is over." };
  const leaves = request.type === "hand_over_call" || (request.type === "steer_call" && request.act === "complete");
  if (leaves) {
    center.remove("desk", key);
    center.put("desk", { ...work, state: "wrap_up", wrap_up_since_ms: Date.now(), ended_by: "agent" });
  } else if (request.type === "ask_consult") {
    const name = [...center.view("directory").parts.values()].flatMap((one) => (one.key === `colleague/${request.to_agent}` || one.key === `target/${request.to_queue}` || one.key === `destination/${request.to_destination}`) && "name" in one ? [one.name] : []);
    const rings = samples.party(name[0] ?? "Somebody", { state: "ringing", since_ms: Date.now() });
    const now: CallShown = { ...call, doing: "consulting", customer: "hold", own: "consult", consult_since_ms: Date.now(), parties: [...call.parties, rings] };
    center.put("desk", now);
    setTimeout(() => {
      const shown = desk.get(key);
      if (shown?.type === "call_shown") center.put("desk", { ...shown, parties: shown.parties.map((party) => ({ ...party, state: "connected" })) });
    }, ANSWERS_AFTER_MS);
  } else if (request.type === "drop_party") {
    settle(center, key, { ...call, parties: call.parties.filter((party) => party.leg !== request.leg) });
  } else {
    settle(center, key, after(call, request.act, asked));
  }
  return { type: "answer", id: request.id, created: null };
}

function settle(center: PlayedCenter, key: string, call: CallShown): void {
  if (call.parties.length === 0 && call.customer === "talk") center.remove("desk", key);
  else center.put("desk", call);
}

function after(call: CallShown, act: CallAct, asked: PartyShown | undefined): CallShown {
  const others = call.parties.filter((party) => party !== asked);
  const now = Date.now();
  switch (act) {
    case "hold":
      return { ...call, doing: "on_hold", customer: "hold", held_since_ms: now, held_by: "desk" };
    case "resume":
      return { ...call, doing: "talking", customer: "talk", held_since_ms: null, held_by: null };
    case "swap": {
      const apart = call.own === "consult";
      const parties = asked === undefined ? others : [...others, { ...asked, at: apart ? ("hold" as const) : ("consult" as const) }];
      return { ...call, customer: apart ? "talk" : "hold", own: apart ? "talk" : "consult", parties };
    }
    case "join":
      return { ...call, doing: "talking", customer: "talk", own: "talk", consult_since_ms: null, parties: call.parties.map((party) => ({ ...party, at: "talk", asked: false })) };
    case "complete":
    case "end_consult":
      return { ...call, doing: "talking", customer: "talk", own: "talk", consult_since_ms: null, parties: others };
  }
}
