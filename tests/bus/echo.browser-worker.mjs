import { echo } from './echo.mjs';

onmessage = (event) => echo(event.data);
