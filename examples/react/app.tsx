// A page of a host product with one of the two elements on it: what it was told stands below, and nothing depends on it.
import {StrictMode, useState} from 'react';
import {createRoot} from 'react-dom/client';
import {SaysoAsk, SaysoSettings} from './sayso';

function Privacy({link, placement, lang}: {link: string; placement: string; lang: string | undefined}) {
  const [told, tell] = useState<string[]>([]);
  const say = (what: string) => tell((before) => [...before, what]);
  const heard = {
    onShown: ({placement: where}: {placement: string}) => say(`shown ${where}`),
    onState: ({state}: {state: string}) => say(`state ${state}`),
    onChoice: ({answer, line}: {answer: string; line: number | null}) => say(`choice ${answer}${line === null ? '' : ' written'}`),
    onError: ({code}: {code: string}) => say(`error ${code}`),
    onRefused: ({why}: {why: string}) => say(`refused ${why}`),
  };
  return (
    <main>
      {placement === 'signup' || placement === 'notice' ? (
        <SaysoAsk link={link} lang={lang} placement={placement} {...heard} />
      ) : (
        <SaysoSettings link={link} lang={lang} placement={placement as 'settings' | 'reminder' | 'private'} {...heard} />
      )}
      <ol>
        {told.map((one, at) => (
          <li key={at}>{one}</li>
        ))}
      </ol>
    </main>
  );
}

const root = document.getElementById('root');
// Your server made the link for who is signed in, and put it into the page it sent.
if (root?.dataset.link) {
  createRoot(root).render(
    <StrictMode>
      <Privacy link={root.dataset.link} placement={root.dataset.placement ?? 'notice'} lang={root.dataset.lang} />
    </StrictMode>,
  );
}
