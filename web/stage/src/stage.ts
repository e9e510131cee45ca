/** The page of a room: puts clock, socket, sound, presenter and overlays together and draws a frame 30 times a second. */

import { readAddress, socketUrl } from "./address";
import { ShowClock } from "./clock";
import { Connection } from "./connection";
import { Player } from "./player";
import { Speaker } from "./speaker";
import { Picture } from "./picture";
import type { ServerFrame, State } from "./wire";

/** As a broadcast; a screen that shows more would only cost more. A little less than a frame, for timers that jitter. */
const FRAME_MS = 1000 / 30 - 4;
/** Clocks, marks and ends of sentences also go on where nothing is drawn: in a hidden page. */
const BEAT_MS = 100;

function open(): void {
  const address = readAddress(window.location);
  const picture = new Picture(address);
  const clock = new ShowClock();
  const now = (): number => clock.now();
  const player = new Player({ now, mute: address.push, onBlocked: (blocked) => picture.offerSound(blocked) });
  picture.onSound(player.resume);

  let state: State | null = null;
  let epoch = "";
  let seq = 0;
  let sceneSeq = 0;

  const connection = new Connection(socketUrl(address.room), clock, {
    enter: () => ({ type: "enter", room: address.room, role: "stage", ...(epoch ? { epoch, last_seq: seq } : {}) }),
    frame: (frame) => receive(frame),
    state: (link) => picture.link(link),
  });
  const speaker = new Speaker(player, now, (progress) => connection.send(progress));

  function setState(next: State, at: number): void {
    if (state && at < sceneSeq) return;
    sceneSeq = at;
    state = next;
    // Where a person presents, the host has no voice of its own.
    player.silence(next.mode === "assist");
    picture.show(next, speaker.current, now());
  }

  function receive(frame: Exclude<ServerFrame, { type: "time" }>): void {
    if (frame.type === "bye") return;
    if (frame.type === "hello") {
      if (frame.epoch !== epoch) {
        speaker.forget();
        sceneSeq = 0;
        seq = 0;
      }
      epoch = frame.epoch;
      speaker.keepOnly(frame.utterance?.id ?? null);
      setState(frame.state, frame.seq);
      if (frame.utterance) speaker.say(frame.utterance);
    }
    if (frame.type === "scene") setState(frame.state, frame.seq);
    if (frame.type === "utterance") {
      picture.expect(frame);
      speaker.say(frame);
    }
    if (frame.type === "cut") speaker.cut(frame.id);
    seq = Math.max(seq, frame.seq);
  }

  function beat(): void {
    speaker.tick();
    picture.beat(state, speaker.current, now(), speaker.current ? player.position(speaker.current) : 0);
  }

  let drawn = 0;
  function draw(at: number): void {
    requestAnimationFrame(draw);
    if (at - drawn < FRAME_MS) return;
    drawn = at;
    speaker.tick();
    const { current } = speaker;
    const position = current ? player.position(current) : 0;
    picture.draw(at, state, current, position, current ? player.loudness(current.id, position) : null);
  }

  connection.start();
  window.setInterval(beat, BEAT_MS);
  requestAnimationFrame(draw);
  Object.defineProperty(window, "storecastStage", {
    value: {
      now,
      get utteranceId() { return speaker.current?.id ?? null; },
      get audioTimeMs() { return speaker.current && player.isHeard(speaker.current.id) ? player.position(speaker.current) : null; },
      get skewMs() { return player.skewMs; },
      get held() { return player.held; },
      get epoch() { return epoch; },
      get seq() { return seq; },
      get viseme() { return picture.mouth.viseme; },
      get mouthOpen() { return picture.mouth.open; },
      get card() { return picture.cardShown; },
      get labelShown() { return picture.labelShown; },
      get fps() { return picture.fps; },
    },
  });
}

open();
