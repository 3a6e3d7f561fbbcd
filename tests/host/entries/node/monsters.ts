import { javaScriptActorFactory } from '../../../../actors/model/javascript-instance.js';
import { runVm } from '../../../../host-shim/node/vm-worker.js';
import { bank, parties } from '../../../runtime/bank.js';
import { ThrowingBank } from '../../../runtime/monsters.js';

runVm({ parties, actors: [javaScriptActorFactory(bank, () => new ThrowingBank(), parties)] });
