// <SaysoAsk> and <SaysoSettings> for React 17 and later: the elements, with their events as properties. Copy it, or use the elements as they are.
// Load the files once, such as <script type="module" src="https://say.example/elements/sayso-ask.js">.
import {createElement, useEffect, useRef} from 'react';
import type {SaysoEvents} from './sayso';

type Detail<K extends keyof SaysoEvents> = SaysoEvents[K]['detail'];
export interface SaysoProps {
  /** A signed link that your server made for this person, for this page. It enters once. */
  link: string;
  lang?: string;
  onShown?: (detail: Detail<'sayso-shown'>) => void;
  onState?: (detail: Detail<'sayso-state'>) => void;
  onChoice?: (detail: Detail<'sayso-choice'>) => void;
  /** Where `code` is `ended`, fetch a new link and give it. */
  onError?: (detail: Detail<'sayso-error'>) => void;
  onRefused?: (detail: Detail<'sayso-refused'>) => void;
}

const EVENTS = {onShown: 'sayso-shown', onState: 'sayso-state', onChoice: 'sayso-choice', onError: 'sayso-error', onRefused: 'sayso-refused'} as const;

function wrap<P extends SaysoProps & {placement?: string}>(tag: 'sayso-ask' | 'sayso-settings') {
  return function Sayso(props: P) {
    const element = useRef<HTMLElement>(null);
    const latest = useRef(props);
    latest.current = props;
    useEffect(() => {
      const here = element.current!;
      const heard = (Object.keys(EVENTS) as (keyof typeof EVENTS)[]).map((name) => {
        const hear = (event: Event) => (latest.current[name] as ((detail: unknown) => void) | undefined)?.((event as CustomEvent).detail);
        here.addEventListener(EVENTS[name], hear);
        return () => here.removeEventListener(EVENTS[name], hear);
      });
      return () => heard.forEach((stop) => stop());
    }, []);
    // One question for each link: nothing here answers, presets or repeats it.
    return createElement(tag, {ref: element, link: props.link, lang: props.lang, placement: props.placement});
  };
}

export const SaysoAsk = wrap<SaysoProps & {placement?: 'signup' | 'notice'}>('sayso-ask');
export const SaysoSettings = wrap<SaysoProps & {placement?: 'settings' | 'reminder' | 'private'}>('sayso-settings');
