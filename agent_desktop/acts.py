"""Carries out requests: the same for a socket's message and for a route of the HTTP API.

Each request is first put to `may`; what must not be lost is committed before the router is told; the router's receipt
becomes the answer. A request that is sent again does nothing twice: the router knows the source's numbers, the channels
know the client's message ids.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agent_desktop.calling import Calling
from agent_desktop.core import protocol as p
from agent_desktop.core.floor import Floor
from agent_desktop.core.on_floor import HandlingOnFloor
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.rights import ACTION_OF, NOTHING, Actor, Thing, may, own
from agent_desktop.errors import ChannelRefused
from agent_desktop.ports import ChatSpeaker, MailAnswerer, RehearsalPhones, SteeringLog, TaskMaker
from agent_desktop.replies import Make, Reply, Source, making, refused, reply_to
from agent_desktop.steering import Steering
from history import audit, drafts
from history.core.conversations import NoteWritten
from history.core.customers import Act
from history.core.vocabulary import AgentId, HandlingId, Medium, Outcome
from history.errors import StoreUnavailable
from history.store import Store
from router.core import inputs
from router.core.inputs import Receipt
from router.errors import RouterUnavailable
from router.ports import Router

LOG = logging.getLogger("agent_desktop.acts")


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of this center; none for what it has not."""

    chat: ChatSpeaker | None = None
    mail: MailAnswerer | None = None
    tasks: TaskMaker | None = None
    rehearsal: RehearsalPhones | None = None


class Acts:
    def __init__(
        self,
        *,
        router: Router,
        store: Store,
        floor: Callable[[], Floor],
        channels: Channels,
        steering_log: SteeringLog,
        draft_saved: Callable[[AgentId, HandlingId], None],
        read: Callable[[AgentId, HandlingOnFloor, int], None],
    ) -> None:
        self._router = router
        self._store = store
        self._floor = floor
        self._channels = channels
        self._draft_saved = draft_saved
        self._read = read
        self._steering = Steering(submit=self._submit, floor=floor, log=steering_log)
        self._carry: dict[type, Callable[[Any, Actor, Source], Awaitable[Reply]]] = {
            p.SetPresence: self._set_presence,
            p.AcceptOffer: self._offer,
            p.DeclineOffer: self._offer,
            p.PopShown: self._offer,
            p.EndHandling: self._end,
            p.CompleteHandling: self._complete,
            p.ExtendWrapUp: self._extend,
            p.SendLine: self._say,
            p.SendMail: self._answer_mail,
            p.SaveDraft: self._save_draft,
            p.MarkRead: self._mark_read,
            p.TellTyping: self._tell_typing,
            p.CreateTask: self._create_task,
            p.Ping: self._ping,
            p.AnswerRehearsalPhone: self._rehearsal_phone,
            p.DeclineRehearsalPhone: self._rehearsal_phone,
            p.HangUpRehearsalPhone: self._rehearsal_phone,
            **Calling(self._submit).carry,
            **self._steering.carry,
        }

    async def carry_out(self, actor: Actor, source: Source, request: p.Request) -> Reply:
        """Do what is asked, if the actor may; exactly one answer, whatever happens."""
        if not may(actor, ACTION_OF[type(request)], self.thing_of(actor, request)):
            return refused(request, RefusalReason.NOT_ALLOWED)
        try:
            return await self._carry[type(request)](request, actor, source)
        except ChannelRefused as error:
            return refused(request, RefusalReason.CHANNEL_REFUSED, str(error))
        except (RouterUnavailable, StoreUnavailable) as error:
            LOG.warning("%s of %s: %s", type(request).__name__, actor.user, error)
            return refused(request, RefusalReason.TRY_AGAIN)

    def thing_of(self, actor: Actor, request: p.Request) -> Thing:
        """Whose the thing is that a request names. What the floor does not know (any more) is left to the router,
        which takes the actor's own things alone."""
        floor = self._floor()
        match request:
            case p.AcceptOffer() | p.DeclineOffer() | p.PopShown():
                offer = floor.offers.get(request.offer)
                return Thing(owners=frozenset({offer.agent})) if offer else own(actor)
            case p.EndHandling() | p.CompleteHandling() | p.ExtendWrapUp() | p.SteerCall() | p.HandOverCall():
                handling = floor.handlings.get(request.handling)
                return Thing(owners=frozenset({handling.agent})) if handling else own(actor)
            case p.AskConsult() | p.DropParty():
                handling = floor.handlings.get(request.handling)
                return Thing(owners=frozenset({handling.agent})) if handling else own(actor)
            case p.SendLine() | p.SendMail() | p.SaveDraft() | p.MarkRead() | p.TellTyping():
                handling = floor.handlings.get(request.handling)
                return Thing(owners=frozenset({handling.agent})) if handling else NOTHING
            case _ if type(request) in self._steering.carry:
                return self._steering.thing_of(actor, request)
            case _:
                return own(actor)

    async def _submit(self, request: p.Request, source: Source, make: Make) -> tuple[Receipt, Reply]:
        async with source.gate:
            number = request.id if source.counted_by_client else source.next_number
            source.next_number += 1
            receipt = await self._router.submit(make(source.name, source.epoch, number))
        return receipt, reply_to(request, receipt)

    async def _set_presence(self, request: p.SetPresence, actor: Actor, source: Source) -> Reply:
        _, reply = await self._submit(
            request,
            source,
            making(
                inputs.AgentChosePresence,
                agent=AgentId(actor.user),
                presence=request.presence,
                reason=request.reason,
                after_work=request.after_work,
            ),
        )
        return reply

    async def _offer(self, request: p.AcceptOffer | p.DeclineOffer | p.PopShown, actor: Actor, source: Source) -> Reply:
        kinds: dict[type, type[inputs.AgentAcceptedOffer | inputs.AgentDeclinedOffer | inputs.PopShown]] = {
            p.AcceptOffer: inputs.AgentAcceptedOffer,
            p.DeclineOffer: inputs.AgentDeclinedOffer,
            p.PopShown: inputs.PopShown,
        }
        kind = kinds[type(request)]
        _, reply = await self._submit(
            request,
            source,
            making(kind, agent=AgentId(actor.user), offer=request.offer),
        )
        return reply

    async def _end(self, request: p.EndHandling, actor: Actor, source: Source) -> Reply:
        _, reply = await self._submit(
            request,
            source,
            making(inputs.AgentEndedHandling, agent=AgentId(actor.user), handling=request.handling),
        )
        return reply

    async def _extend(self, request: p.ExtendWrapUp, actor: Actor, source: Source) -> Reply:
        _, reply = await self._submit(
            request,
            source,
            making(inputs.AgentExtendedWrapUp, agent=AgentId(actor.user), handling=request.handling),
        )
        return reply

    async def _complete(self, request: p.CompleteHandling, actor: Actor, source: Source) -> Reply:
        """The note is committed first; the drafts go when the router has said yes."""
        agent = AgentId(actor.user)
        handling = self._floor().handlings.get(request.handling)
        if request.note and handling is not None:
            await self._write_note(request, handling, agent)
        receipt, reply = await self._submit(
            request,
            source,
            making(
                inputs.AgentCompletedWrapUp, agent=agent, handling=request.handling, disposition=request.disposition
            ),
        )
        if receipt.outcome is Outcome.ACCEPTED:
            async with self._store.writing("desk.drop_drafts") as writing:
                await drafts.drop_draft(writing, agent, request.handling)
            self._draft_saved(agent, request.handling)
        return reply

    async def _write_note(self, request: p.CompleteHandling, handling: HandlingOnFloor, agent: AgentId) -> None:
        async with self._store.writing("desk.note") as writing:
            text = await writing.put_text(handling.interaction, request.note)
            note = NoteWritten(handling=request.handling, agent=agent, text=text, disposition=request.disposition)
            await writing.append(f"conversation/{handling.interaction}", [note])

    async def _say(self, request: p.SendLine, actor: Actor, _source: Source) -> Reply:
        handling = self._floor().handlings[request.handling]
        if self._channels.chat is None:
            return refused(request, RefusalReason.NO_SUCH_CHANNEL)
        if handling.medium is not Medium.CHAT:
            return refused(request, RefusalReason.WRONG_MEDIUM)
        if handling.wrap_up_since_ms is not None:
            return refused(request, RefusalReason.HANDLING_ENDED)
        message = await self._channels.chat.say(
            interaction=handling.interaction,
            handling=request.handling,
            agent=AgentId(actor.user),
            client_message=request.client_message,
            text=request.text,
        )
        return p.Answer(id=request.id, created=message)

    async def _answer_mail(self, request: p.SendMail, actor: Actor, _source: Source) -> Reply:
        handling = self._floor().handlings[request.handling]
        if self._channels.mail is None:
            return refused(request, RefusalReason.NO_SUCH_CHANNEL)
        if handling.medium is not Medium.MAIL:
            return refused(request, RefusalReason.WRONG_MEDIUM)
        if handling.wrap_up_since_ms is not None:
            return refused(request, RefusalReason.HANDLING_ENDED)
        agent = AgentId(actor.user)
        message = await self._channels.mail.answer(
            interaction=handling.interaction,
            handling=request.handling,
            agent=agent,
            client_message=request.client_message,
            text=request.text,
        )
        async with self._store.writing("desk.drop_answer") as writing:
            await drafts.drop_draft(writing, agent, request.handling, drafts.DraftKind.ANSWER)
        self._draft_saved(agent, request.handling)
        return p.Answer(id=request.id, created=message)

    async def _save_draft(self, request: p.SaveDraft, actor: Actor, _source: Source) -> Reply:
        agent = AgentId(actor.user)
        await drafts.save_draft(
            self._store, agent, request.handling, drafts.DraftKind(request.kind.value), request.text
        )
        self._draft_saved(agent, request.handling)
        return p.Answer(id=request.id)

    async def _mark_read(self, request: p.MarkRead, actor: Actor, _source: Source) -> Reply:
        self._read(AgentId(actor.user), self._floor().handlings[request.handling], request.number)
        return p.Answer(id=request.id)

    async def _tell_typing(self, request: p.TellTyping, _actor: Actor, _source: Source) -> Reply:
        handling = self._floor().handlings[request.handling]
        if self._channels.chat is not None and handling.medium is Medium.CHAT:
            self._channels.chat.typing(handling.interaction, request.typing)
        return p.Answer(id=request.id)

    async def _create_task(self, request: p.CreateTask, actor: Actor, _source: Source) -> Reply:
        if self._channels.tasks is None:
            return refused(request, RefusalReason.NO_SUCH_CHANNEL)
        conversation = await self._channels.tasks.make(
            key=f"{actor.user}/{request.client_message}",
            title=request.title,
            fields=request.fields,
            queue=request.queue,
            customer=request.customer,
            due_ms=request.due_ms,
            by=actor.user,
        )
        await audit.record(self._store, Act.TASK_MADE, user=actor.user, role=actor.role, customer=request.customer)
        return p.Answer(id=request.id, created=conversation)

    async def _ping(self, request: p.Ping, _actor: Actor, _source: Source) -> Reply:
        return p.Answer(id=request.id)

    async def _rehearsal_phone(self, request: p.Request, actor: Actor, _source: Source) -> Reply:
        phones = self._channels.rehearsal
        if phones is None:
            return refused(request, RefusalReason.NO_SUCH_CHANNEL)
        agent = AgentId(actor.user)
        match request:
            case p.AnswerRehearsalPhone():
                await phones.answer(agent)
            case p.DeclineRehearsalPhone():
                await phones.decline(agent)
            case _:
                await phones.hang_up(agent)
        return p.Answer(id=request.id)
