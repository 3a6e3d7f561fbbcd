import { echo } from './echo.mjs';

self.onmessage = (event) => echo(event.data);
