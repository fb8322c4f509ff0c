"""The channels in the words of the desktop's ports: names, refusals and health, translated and nothing decided."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agent_desktop.errors import ChannelRefused
from channels import tasks
from channels.core import chat_protocol
from channels.mail.errors import AnswerRefused
from channels.mail.service import MailChannel
from channels.webchat.service import ChatChannel
from cti.errors import RehearsalError
from cti.ports import Health, Switch
from cti.rehearsal.control import RehearsalControl
from history.clock import Clock
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ConversationId,
    CustomerId,
    HandlingId,
    InteractionId,
    Medium,
    MessageId,
    PhoneName,
    QueueId,
    UserId,
)
from history.store import Store


class ChatForDesk:
    """`agent_desktop.ports.ChatSpeaker` over the chat channel."""

    def __init__(self, channel: ChatChannel) -> None:
        self._channel = channel

    async def say(
        self,
        interaction: InteractionId,
        handling: HandlingId,
        agent: AgentId,
        client_message: ClientMessageId,
        text: str,
    ) -> MessageId:
        said = await self._channel.say(interaction, handling, agent, client_message, text)
        if isinstance(said, chat_protocol.Refused):
            raise ChannelRefused(said.sentence)
        return MessageId(f"{interaction}/{said.seq}")

    def typing(self, interaction: InteractionId, typing: bool) -> None:
        if typing:
            self._channel.agent_types(interaction)


class MailForDesk:
    """`agent_desktop.ports.MailAnswerer` over the mail channel."""

    def __init__(self, channel: MailChannel) -> None:
        self._channel = channel

    async def answer(
        self,
        interaction: InteractionId,
        handling: HandlingId,
        agent: AgentId,
        client_message: ClientMessageId,
        text: str,
    ) -> MessageId:
        try:
            return await self._channel.answer(interaction, handling, agent, client_message, text)
        except AnswerRefused as error:
            raise ChannelRefused(str(error)) from error


class TasksForDesk:
    """`agent_desktop.ports.TaskMaker`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(
        self,
        key: str,
        title: str,
        fields: Mapping[str, str],
        queue: QueueId,
        customer: CustomerId | None,
        due_ms: int | None,
        by: UserId,
    ) -> ConversationId:
        try:
            made = await tasks.make_task(self._store, title, fields, queue, customer, due_ms, by, key=key)
        except tasks.TaskRefused as error:
            raise ChannelRefused(str(error)) from error
        return ConversationId(made.interaction)


class RehearsalPhonesForDesk:
    """`agent_desktop.ports.RehearsalPhones`: the buttons of the rehearsal phones, over the switch's control port."""

    def __init__(self, control_port: int, phones: Mapping[AgentId, PhoneName]) -> None:
        self._control_port = control_port
        self._phones = phones

    async def answer(self, agent: AgentId) -> None:
        await self._press(agent, "phone_answers")

    async def decline(self, agent: AgentId) -> None:
        await self._press(agent, "phone_declines")

    async def hang_up(self, agent: AgentId) -> None:
        await self._press(agent, "phone_hangs_up")

    async def _press(self, agent: AgentId, button: str) -> None:
        phone = self._phones.get(agent)
        if phone is None:
            raise ChannelRefused("You have no rehearsal phone in this center.")
        try:
            async with await RehearsalControl.connect(self._control_port) as control:
                await control.wish(button, phone)
        except RehearsalError as error:
            raise ChannelRefused(f"The rehearsal phone did not do it: {error}.") from error


@dataclass(frozen=True, slots=True)
class Trouble:
    """One channel that does not work; see `agent_desktop.ports.ChannelTrouble`."""

    name: str
    medium: Medium
    sentence: str
    since_ms: int


class ChannelsHealth:
    """What is down now, over all switches and mailboxes, and whatever a channel's keeper has said of its failure."""

    def __init__(self, clock: Clock, switches: Sequence[Switch], mail: Callable[[], MailChannel | None]) -> None:
        self._clock = clock
        self._switches = switches
        self._mail = mail
        self._switch_down_ms: dict[str, int] = {}
        self._failed: dict[str, Trouble] = {}

    def failed(self, name: str, medium: Medium, sentence: str) -> None:
        self._failed[name] = Trouble(name, medium, sentence, self._clock.now_ms())

    def recovered(self, name: str) -> None:
        self._failed.pop(name, None)

    def troubles(self) -> Sequence[Trouble]:
        found = [*self._failed.values()]
        for switch in self._switches:
            trouble = self._of_switch(switch.health())
            if trouble is not None:
                found.append(trouble)
        mail = self._mail()
        for box in () if mail is None else mail.health():
            if not box.up:
                found.append(Trouble(f"Mailbox {box.mailbox}", Medium.MAIL, box.sentence, box.since_ms))
        return found

    def _of_switch(self, health: Health) -> Trouble | None:
        if health.up:
            self._switch_down_ms.pop(health.switch, None)
            return None
        since_ms = self._switch_down_ms.setdefault(health.switch, self._clock.now_ms())
        return Trouble(f"Switch {health.switch}", Medium.VOICE, health.sentence, since_ms)
