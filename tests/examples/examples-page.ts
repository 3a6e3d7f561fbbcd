/** docs/EXAMPLES.md, which follows from the list of the examples. */
import { type Example, GROUPS } from '../../examples/small/list.js';

export const EXAMPLES_PAGE = 'docs/EXAMPLES.md';

export const pictureOf = ({ name }: Example): string => `docs/images/examples/${name}.png`;

const HEAD = `# Examples

Small examples that each show one thing. Each has a folder of its own in [examples/small](../examples/small), with as few files as it takes, and imports the
package by its name, as an application of your own does. In a clone:

\`\`\`sh
npm run examples             # all of them, and a page that lists them
npm run examples -- crash    # one: the address of its page, or what it prints
\`\`\`

Those without a \`tandem.json\` need no tool: they run in the page's own thread, with nothing generated. The others are as \`npx tandem create\` makes an application: an
\`actors\` folder, \`tandem.json\`, and the plugin for Vite. Whole applications are [examples/tv](../examples/tv) and [examples/counter](../examples/counter).

This page and its pictures are made by \`npm run examples -- --pictures\`, from [the list](../examples/small/list.ts); the tests do with each example what its picture shows.
`;

const row = (example: Example): string => {
  const { name, title, says } = example;
  const picture = `<img src="${pictureOf(example).replace('docs/', '')}" width="240" alt="" />`;
  return `| ${picture} | [**${title}**](../examples/small/${name})<br />${says}<br />\`npm run examples -- ${name}\` |`;
};

export const examplesPage = (): string =>
  [HEAD, ...GROUPS.map(({ title, examples }) => [`## ${title}\n\n| | |\n| --- | --- |`, ...examples.map(row), ''].join('\n'))].join('\n');
