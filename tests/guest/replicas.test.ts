/** How an actor follows topics, in both languages: it takes the next version, asks about a gap once, and then takes only a fresh one. */
import { decode } from '@msgpack/msgpack';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ActorFactory, ActorInstance } from '../../actors/contract/instance.js';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { system } from '../../protocol/generated/system.js';
import { Base } from './base.js';
import { concatenate, frame, framesIn } from './frames.js';
import { readModule } from './guests.js';
import { base } from './protocol/generated/base.js';
import { peer } from './protocol/generated/peer.js';

const { weather, news } = peer.publishes;
const parties = [...tandemParties, base, peer];
const factories = new Map<string, ActorFactory>();
beforeAll(async () => {
  factories.set(
    'TypeScript',
    javaScriptActorFactory(base, () => new Base(), parties),
  );
  const module = await compileGuest(readModule('dist/tests/guests/base/base.wasm'));
  factories.set('AssemblyScript', wasmActorFactory(base, module, undefined, parties));
});

const publication = (version: number, fresh = false) => frame(weather.kind, [version, fresh, version], { source: peer.address });

/** @returns the emitted frames, and the degrees that the actor has received */
function follow(instance: ActorInstance, ...frames: Uint8Array[]) {
  const batch = concatenate(frames);
  instance.handle(batch, 0, batch.length);
  const emitted = framesIn(instance.output.bytes, instance.output.start, instance.output.end);
  const { publicationVersions, replicaVersions, state } = decodeSnapshot(base, instance.snapshot());
  const [published, replicas] = [publicationVersions, replicaVersions].map((versions) => Object.values(versions));
  return { emitted, published, replicas, heard: state.heard.map((line) => Number(line.split(' ')[2])) };
}

describe.each(['TypeScript', 'AssemblyScript'])('in %s', (language) => {
  const create = () => factories.get(language)!.create({});

  it('takes versions in sequence, beginning with any', () => {
    const { emitted, heard, replicas } = follow(create(), publication(1), publication(2), publication(3, true), publication(4));
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(replicas).toEqual([4, 0]);
    expect(emitted).toEqual([]);
  });

  it('skips an old one', () => {
    expect(follow(create(), publication(1), publication(2), publication(1), publication(2), publication(3)).heard).toEqual([1, 2, 3]);
  });

  it('asks about a gap once, and waits for a fresh one', () => {
    const instance = create();
    const gap = follow(instance, publication(1), publication(3), publication(4), publication(5));
    expect(gap.heard).toEqual([1]);
    expect(gap.emitted).toHaveLength(1);
    expect(gap.emitted[0].header).toMatchObject({ kind: system.receives.refresh.kind, target: peer.address, source: base.address });
    expect(decode(gap.emitted[0].body)).toEqual([weather.kind, base.address]);
    const after = follow(instance, publication(6, true), publication(7), publication(9));
    expect(after.heard).toEqual([1, 6, 7]);
    expect(after.emitted).toHaveLength(1);
  });

  it('keeps waiting in another incarnation', () => {
    const first = create();
    follow(first, publication(2));
    const second = create();
    second.restore(first.snapshot());
    const { emitted, heard } = follow(second, publication(3), publication(4));
    expect([emitted, heard]).toEqual([[], []]);
    expect(follow(second, publication(5, true)).heard).toEqual([5]);
  });

  it('distinguishes topics', () => {
    const newsFrame = frame(news.kind, [1, false, ['a']], { source: peer.address });
    expect(follow(create(), publication(2), newsFrame).replicas).toEqual([0xffff_ffff, 1]);
  });
});
