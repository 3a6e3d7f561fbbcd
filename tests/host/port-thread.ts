/** A message port in place of a thread, so that the test controls the other end. */
import type { Thread } from '../../host-shim/common/platform.js';

export class PortThread implements Thread {
  onEnd: Thread['onEnd'] = null;
  ended = false;
  private readonly channel = new MessageChannel();
  readonly endpoint = this.channel.port1;
  /** The thread's end of the port. */
  readonly remote = this.channel.port2;

  watch(): void {}

  async terminate(): Promise<void> {
    this.endpoint.close();
    this.ended = true;
  }
}
