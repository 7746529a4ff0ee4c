import { bytes, table } from '../format.ts';
import type { Verb } from '../verb.ts';

export const zoo: Verb = {
  name: 'zoo',
  summary: 'Open a space that comes with Portolan; without a name, list them',
  positionals: [{ name: 'NAME', optional: true, summary: 'one of the list' }],
  flags: [],
  json: 'space and map (their ids in the project); or spaces, a list of name, title, summary, data, space, map, bytes',
  examples: ['zoo', 'zoo digits-vae'],
  async run({ args, project, job }) {
    const [name] = args.positionals;
    if (name === undefined) {
      const spaces = await project.zoo();
      const rows = spaces.map((entry) => [entry.name, bytes(entry.bytes), entry.summary]);
      return { json: { spaces }, text: table(['name', 'size', 'what it is'], rows) };
    }
    const { space, map } = await project.openZoo({ name }, job);
    return { json: { space, map }, text: `${space} is in the project${map ? `, with its map ${map}` : ''}` };
  },
};
