/** JsSIP without a switch, for pictures alone: it registers at once, and `window` events ring it with a real local line. */

type Listener = (event: unknown) => void;

class Emitter {
  private readonly listeners = new Map<string, Listener[]>();

  on(name: string, listener: Listener): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  protected emit(name: string, event: unknown = {}): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event);
  }
}

/** A call whose other side is this page as well: it hears what it says. */
class PlayedSession extends Emitter {
  readonly connection = new RTCPeerConnection();
  private readonly far = new RTCPeerConnection();
  private said: MediaStreamTrack | undefined;

  answer(options: { mediaStream?: MediaStream }): void {
    void this.join(options.mediaStream);
  }

  terminate(): void {
    this.connection.close();
    this.far.close();
    this.emit("ended");
  }

  mute(): void {
    if (this.said !== undefined) this.said.enabled = false;
  }

  unmute(): void {
    if (this.said !== undefined) this.said.enabled = true;
  }

  sendDTMF(): void {
    throw new Error("digits go as events of the line");
  }

  private async join(stream: MediaStream | undefined): Promise<void> {
    const { connection, far } = this;
    const media = stream ?? (await navigator.mediaDevices.getUserMedia({ audio: true }));
    this.emit("peerconnection", { peerconnection: connection });
    connection.onicecandidate = ({ candidate }) => void far.addIceCandidate(candidate ?? undefined);
    far.onicecandidate = ({ candidate }) => void connection.addIceCandidate(candidate ?? undefined);
    for (const track of media.getAudioTracks()) {
      this.said = track;
      connection.addTrack(track, media);
      far.addTrack(track.clone(), new MediaStream());
    }
    await connection.setLocalDescription();
    await far.setRemoteDescription(connection.localDescription!);
    await far.setLocalDescription();
    await connection.setRemoteDescription(far.localDescription!);
    this.emit("confirmed");
  }
}

export class WebSocketInterface {}

export class UA extends Emitter {
  private readonly ring = () => this.emit("newRTCSession", { originator: "remote", session: new PlayedSession() });

  start(): void {
    window.addEventListener("played-ring", this.ring);
    setTimeout(() => {
      this.emit("connected");
      this.emit("registered");
    }, 50);
  }

  stop(): void {
    window.removeEventListener("played-ring", this.ring);
  }

  unregister(): void {}
}
