// <SaysoAsk> and <SaysoSettings> for React 17 and later: the elements, with their events as properties. Copy it, or use the elements as they are.
// `sayso-elements.d.ts` is what your sayso gives at /elements/sayso.d.ts; docs/elements.md has the steps.
import {createElement, useEffect, useRef} from 'react';
import type {SaysoEvents} from './sayso-elements';

type Detail<K extends keyof SaysoEvents> = SaysoEvents[K]['detail'];
type Tag = 'sayso-ask' | 'sayso-settings';

export interface SaysoProps<T extends Tag> {
  /** A signed link that your server made for this person, for this page. It enters once. */
  link: string;
  lang?: string | undefined;
  placement?: HTMLElementTagNameMap[T]['placement'] | undefined;
  onShown?: ((detail: Detail<'sayso-shown'>) => void) | undefined;
  onState?: ((detail: Detail<'sayso-state'>) => void) | undefined;
  onChoice?: ((detail: Detail<'sayso-choice'>) => void) | undefined;
  /** Where `code` is `ended`, fetch a new link and give it. */
  onError?: ((detail: Detail<'sayso-error'>) => void) | undefined;
  onRefused?: ((detail: Detail<'sayso-refused'>) => void) | undefined;
}

const HEARD = {
  onShown: 'sayso-shown',
  onState: 'sayso-state',
  onChoice: 'sayso-choice',
  onError: 'sayso-error',
  onRefused: 'sayso-refused',
} as const satisfies Record<string, keyof SaysoEvents>;
type Heard = keyof typeof HEARD;

function wrap<T extends Tag>(tag: T) {
  return function Sayso(props: SaysoProps<T>) {
    const element = useRef<HTMLElement>(null);
    const latest = useRef(props);
    latest.current = props;
    useEffect(() => {
      const here = element.current;
      if (!here) return;
      const hear = <N extends Heard>(name: N) => {
        const said = (event: Event) => {
          const tell = latest.current[name] as ((detail: Detail<(typeof HEARD)[N]>) => void) | undefined;
          tell?.((event as SaysoEvents[(typeof HEARD)[N]]).detail);
        };
        here.addEventListener(HEARD[name], said);
        return () => here.removeEventListener(HEARD[name], said);
      };
      const stops = (Object.keys(HEARD) as Heard[]).map(hear);
      return () => stops.forEach((stop) => stop());
    }, []);
    // One question for each link: nothing here answers, presets or repeats it.
    return createElement(tag as string, {ref: element, link: props.link, lang: props.lang, placement: props.placement});
  };
}

export const SaysoAsk = wrap('sayso-ask');
export const SaysoSettings = wrap('sayso-settings');
