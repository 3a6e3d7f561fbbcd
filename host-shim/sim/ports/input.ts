export { openScriptedInput as openInput, type ScriptedInput } from '../../common/ports/scripted-input.js';
