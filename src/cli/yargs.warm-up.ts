/** What a command does with yargs, for its code cache: V8 keeps the functions that have run. Each build runs it. */
import { strictParser } from './parser.ts';

export default async function parse({ yargs }: typeof import('./yargs.deferred.ts')): Promise<void> {
  const words = ['serve', '--port', '1', '--list', 'a', '--one', 'x'];
  const parser = strictParser(yargs(words), 'warm', words);
  for (const name of ['work', 'serve', 'run [name]', 'list [names..]']) {
    parser.command(
      name,
      'Do it',
      async (each) =>
        each
          .example('$0 serve', 'Do it')
          .option('port', { string: true, default: '9999', describe: 'Port' })
          .option('list', { array: true, string: true, describe: 'Some' })
          .option('one', { choices: ['x', 'y'], default: 'x', describe: 'One of them', implies: 'port' })
          .option('flag', { boolean: true, describe: 'Or not' })
          .group(['port'], 'Where:'),
      async () => {},
    );
  }
  await parser.parseAsync();
}
