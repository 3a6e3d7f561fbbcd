/** A class that looks at the clock cannot be handled again after a crash: it would say something else. It is found out, told, and saved. */
import { actor, message, publication, str, struct, wrap } from 'tandem/actor';
import { start } from 'tandem/browser';

class Diary {
  newest = '';

  write({ text }: { text: string }): void {
    this.newest = `${new Date().toISOString()} ${text}`;
  }
}

const diary = actor({
  name: 'diary',
  state: struct('DiaryState', { newest: str() }),
  receives: { write: message({ fields: { text: str() } }) },
  publishes: { written: publication({ fields: { newest: str() } }) },
});

const element = (id: string) => document.getElementById(id) as HTMLElement;

const application = await start(
  { actors: [{ schema: diary, create: wrap(Diary, diary) }] },
  {
    onChange(change) {
      if (change.type !== 'unrepeatable') return;
      const { actor, lookedAt } = change.report;
      element('told').textContent = `${actor} has looked at ${lookedAt}: from now on its state is kept after each message`;
    },
  },
);
application.diary.on('written', ({ newest }) => {
  element('newest').textContent = newest;
});
element('write').onclick = () => application.diary.write({ text: 'rain, then sun' });
element('crash').onclick = async () => {
  await application.system.crash('diary');
  application.diary.write({ text: 'a crash, and nothing lost' });
};
