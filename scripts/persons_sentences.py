"""Sentences of our own for training: `{f}` a first name, `{l}` a surname, `{n}` one of several ways to name a person.

Naming nobody: `{F}`, `{L}` and `{P}` a first name, surname or place, `{w}`, `{W}`, `{U}` a plain word in small letters, with a
capital, in capitals, `{C}`, `{c}` identifiers, `{T}`, `{t}` what has a name and is no person, `{i}` a word of filler text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache

from persons_data import Labelled

from sayso.scrub.persons.lexicon import FIRST, LAST, PLACE, PLAIN, lexicon

_PRODUCTS = """
Python Java JavaScript TypeScript Rust Go Kotlin Swift Docker Kubernetes Linux Windows Ubuntu Debian Android Firefox Chrome
Safari Excel Word Outlook Photoshop GitHub GitLab Slack Zoom Teams Jira Confluence Jenkins Terraform Ansible PostgreSQL
MySQL Redis Kafka Spark Pandas NumPy PyTorch TensorFlow Keras Flask Django FastAPI React Angular Vue Svelte Node Spring
Rails Laravel Netflix Spotify Amazon Google Apple Microsoft Facebook Twitter Instagram YouTube Reddit Wikipedia Samsung
Nokia Toyota Honda Ford Tesla Boeing Nike Adidas Starbucks Walmart Ikea Lego Nintendo PlayStation Xbox Minecraft Fortnite
Pokemon Bitcoin Ethereum Alexa Siri Claude ChatGPT Gemini Copilot Llama Mistral Hugging Adobe Oracle Intel Nvidia Cisco Dell
Lenovo Stripe PayPal Visa Mastercard Uber Lyft Airbnb English French German Spanish Italian Chinese Japanese Russian Arabic
Hindi Christian Muslim Jewish Buddhist American European African Asian British Irish Canadian Australian Mexican Indian
Republican Democrat Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July
August September October November December Christmas Easter Ramadan Halloween Thanksgiving Congress Parliament Senate Bible
Quran Internet TV USA UK EU UN NATO NASA FBI CIA HIV DNA CEO CTO HR PDF API URL HTML CSS JSON SQL HTTP README TODO NOTE Yes
No Ok Sure Thanks Hello Hi Human Assistant User System Perl Ruby Scala Haskell Julia Lua Fortran Cobol Pascal Lisp Scheme
Prolog Erlang Elixir Clojure Dart Groovy Zig Nim Solidity Matlab Lean Coq Agda Nat Vec Bool Int Float String Char Array List
Dict Optional Maybe Either Option Result Some None Nil Null True False Lambda Monad Cargo Maven Gradle Ant Bazel Nginx
Apache Tomcat Jetty Caddy Varnish Postgres Mongo Cassandra Neo Elasticsearch Kibana Grafana Prometheus Sentry Datadog
Vagrant Puppet Chef Salt Consul Nomad Vault Helm Istio Envoy Argo Flux Tekton Travis Circle Bamboo Sonar Babel Webpack Vite
Rollup Ember Backbone Meteor Next Nuxt Astro Remix Gatsby Hugo Jekyll Pelican Sphinx Jupyter Anaconda Conda Poetry Celery
Scrapy Bokeh Dash Streamlit Gradio Whisper Sora Opus Sonnet Haiku Falcon Alpaca Vicuna Bard Grok Cohere Claude Perplexity
Midjourney Bert Elmo Roberta Timsort Dijkstra Huffman Bayes Gauss Laplace Fourier Euler Newton Markov Turing Boole Fibonacci
Pythagoras Adam Sobel Canny Hough Otsu Volvo Subaru Mazda Ferrari Porsche Rolex Timex Casio Gucci Prada Chanel Zara Levi
Sony Philips Siemens Bosch Braun Dyson Heineken Guinness Satan God Zeus Allah Buddha Santa Dracula Godzilla Batman Superman
Terminator Yoda Pikachu Bigfoot Venus Mars Jupiter Saturn Mercury Apollo Greek Latin Roman Dutch Swedish Danish Polish Czech
Turkish Persian Korean Thai Vietnamese Hebrew Tamil Urdu Catalan Basque Welsh Celtic Verse Chorus Bridge Outro Intro Refrain
Act Scene Chapter Section Appendix Figure Table Step Question Answer Note Warning Example Summary
"""
_LATIN = """
lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua
enim minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in
reprehenderit voluptate velit esse cillum fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt culpa
qui officia deserunt mollit anim id est laborum eius magni dolores
"""
LATIN = _LATIN.split()
PRODUCTS = _PRODUCTS.split()
WITH = """\
my friend {n} told me about it .
I live with my wife {f} and our kids {f} and {f} .
My boss {n} keeps asking for the report .
Can you write an email to {n} about the meeting on Monday ?
Human: what should I tell {f} ?
{n} : are you coming tonight ?
{f} said she would call {f} back .
I met {n} at {P} last summer .
Write a birthday poem for {f} , who turns 40 .
The patient , {n} , was seen on 12 March .
Patient {n} ( DOB 04/12/1987 ) reports pain .
{n} works at {T} as an engineer .
{n} and {n} signed the contract in {P} .
Please forward this to {n} .
cc : {n} , {n}
I think {f} is angry with me , what do I do ?
my ex {f} won't stop texting me
ask {f} or {f} if the build is green
{l} , {f}
1 . {n}
- {n} : fix the login page
* {n} ( owner )
{n}\tadmin\tactive
| {n} | 34 | {P} |
From : {n}
Thanks ,\n{n}
Best ,\n{f}
Hi {f} ,\n\nthanks for your help .
Dear Ms {l} , thank you for your letter .
Mr {l} and Mrs {l} moved to {P} .
Dr. {l} prescribed it .
The judge , {n} , dismissed the case .
{n} , 34 , of {P} , was arrested .
according to {n} , the plan failed
{f} 's brother {f} is sick .
{l} 's lawyer did not answer .
It was {l} who found the bug .
# Copyright ( c ) 2019 {n}
@author {n}
# TODO ( {f} ) : remove this
Reviewed by {n} on Friday .
const user = { name : " {n} " , age : 31 }
{ " name " : " {n} " }
INSERT INTO customers VALUES ( 7 , ' {n} ' , ' {P} ' ) ;
my name is {f}
i'm {f} from {P}
hey it's {f} here
does anyone know {n} ?
happy birthday {f} !!!
lol {f} you are crazy
me and {f} went to {P}
{n} is my landlord and he kept my deposit .
My daughter {f} has a fever .
{f} , could you look at this ?
{f} and I are getting divorced .
{n} wrote The {W} {W} in 1925 .
The {W} {W} , written by {n} , is a novel .
directed by {n} , starring {n} and {n}
a film by {n} about {w} in {P}
{f} 's longing for the {w}
{w} of {l} 's new wife
Colonel {l} asked {l} and {l} to leave .
What did {l} die of ?
How did {l} feel about the {w} ?
{l} is a lot like {l} .
print ( " Hello , {f} ! " )
greet ( " {f} " )
A. {f} 's {w}
Oh , {n} , you are {w} !
I wonder what {f} is doing with {f} now
{n} accused {n} of stealing the {w} .
{l} was the first to prove it .
invented by {n} in the 1960s
{n} , the president of {P} , said no .
Do you think {f} should call her ?
{n} - {w} {w} , 2021
The senator , {n} , voted no .
Claude {l} painted it in 1872 .
my uncle Claude and {f} came over
""".splitlines()
WITHOUT = """\
The {L} Tower stands in {P} .
He studied at {L} University in {P} .
{L} & {L} reported higher sales .
{L} Street is closed today .
The {L} Act was passed in 1990 .
I flew from {P} to {P} with {T} .
{P} is the capital of {P} .
Install {T} and open the {T} settings .
How do I connect {T} to {T} ?
What is the difference between {T} and {T} ?
class {C} extends {C} :
def {w} ( self , {w} : {C} ) -> {C} :
raise {C} ( " {w} not found " )
import {C} from ' {w} '
public static {C} get{C} ( )
{C} : {w} is not a {C}
Traceback : {C}Error in {w}
The {C} object holds a list of {C} items .
Error : {C} failed with code 3
Human: Can you explain {w} {w} ?
Assistant: Sure ! Here is how {T} works .
Human: how do i make {w} ?
Assistant: I'm not sure what you mean .
The {w} {w} of {P} is {w} .
{T} announced a new {w} on {T} .
You can find it in {P} , near the {L} River .
We drove a {T} through {P} .
Chapter 3 : The {W} {W}
{W} {W} {W} : A Guide
How To {W} Your {W}
{W} : {w} , {w} and {w}
## {W} {W}
- {W} the {w}
1 . {W} {w} {w}
| {W} | {W} | {W} |
{W} {w} {w} {w} .
I love {T} and {T} .
The {L} Group bought {T} .
{L} Inc. and {L} Corp. merged
at {F} 's Bar and Grill in {P}
the {L} Prize goes to nobody
The {L} effect was seen in {w} .
It is made by {L} Motors .
St. {F} Hospital in {P}
the {F} Islands are far from {P}
{W} ! {W} {w} now .
TODO : {w} the {w}
NOTE : THIS {U} IS {U}
WARNING : {U} {U}
{C} = {C} . {w} ( {C} )
SELECT {w} FROM {C} WHERE {w} = 1
{T} is a programming language .
{T} is beginner-friendly , {T} is faster .
languages such as {T} . {T} has a virtual machine .
I would recommend {T} .
written in {T} , not in {T} or {T}
let {w} : {T} := 32
( {w} {w} : {T} ) ( {w} : {T} ) =>
List ( {T} × {T} ) := List.nil
let {c} := if {w} then
if {c} < {U} then {c}
def {w} ( *args , ** kwargs ) :
return func ( *args , ** kwargs )
{ " model " : " {t} -3- {t} -20240229 " }
" model " : " {t} - {t} -4 " , " role " : " assistant "
" name " : " {T} " , " input " : { " {w} " : " " }
Hello {T} ! Can you help me ?
Thanks {T} , that was {w} .
Lorem ipsum {i} {i} , {i} {i} {i} .
{i} {i} {i} , {i} {i} {i} {i} {i} , {i} {i} .
The {T} algorithm sorts {w} .
{T} is a sorting algorithm .
cases of {w} are caused by {L} 's disease .
the {L} constant , the {L} equation and {L} 's theorem
the {L} Foundation and the {L} Institute
The {F} {L} Society is a {w} organization .
The Great {L} is a {w} .
Summary of The Great {L}
the {w} of time in the Great {L}
the theft of the {F} {W}
Kill {F} and The {W} of {L} are films .
{F} and {F} ( 2013 ) is a series .
watch {W} {W} , {L} : The {W} or {F} {W}
{T} {w} : {F} and the {W} {W} .
the battleship {L} and the {F} {L} Bridge
{T} watches are {w} .
an extension called {T} . How to install {T} ?
Outro :
Verse 2 :
A. {W} of the {w}
II . {W} as a {W}
{T} 's power is {w} .
fans of Les {W} are {w}
the {T} letter {w}
Black {T} in the 1950s
{U} _ {U} : {T} = {w}
from {w} import {C} , {T}
npm install {w} and {T}
brew install {t} {t}
the string tension ( T ) and the {w}
Is {T} better than {T} for {w} ?
" {c} " : false , " {w}{w} " : " {i} " ,
{ " {c} " : null , " {w}{i} " : 3 , " {w} " : { " {c} " : true } }
the {w}{w} and the {i}{w} of the {c}
Generated with Claude Code
Claude Code reads the {w} and runs the tests .
I asked Claude to {w} the {w} .
Claude : I will {w} the file .
You are Claude Code , a tool for the {w} .
Claude , ChatGPT and Gemini are assistants .
" name " : " Claude Code " , " type " : " {w} "
Co-authored-by : Claude
Claude used the {C} tool .
""".splitlines()
TAIL = re.compile(r"\{([a-zA-Z])\}")


def sentences(names: object, rng: random.Random, count: int) -> Iterator[Labelled]:
    """Yield made-up texts, a little more of them with persons than without, some in small letters."""
    for _ in range(count):
        persons = rng.random() < 0.52
        one = filled(_spoken(rng.choice(WITH if persons else WITHOUT), rng), names, rng)
        yield Labelled(one.text.lower(), one.spans) if rng.random() < 0.12 and len(one.text.lower()) == len(one.text) else one


@cache
def _words() -> tuple[list[str], list[str]]:
    """Return plain words, and places with a capital."""
    known = lexicon()
    plain = [word for word, bits in known.items() if bits & PLAIN and not bits & (FIRST | LAST)]
    return plain, [word.capitalize() for word, bits in known.items() if bits & PLACE and not bits & (FIRST | LAST | PLAIN)]


def _spoken(pattern: str, rng: random.Random) -> str:
    pattern = pattern.replace("\\n", "\n").replace("\\t", "\t")
    if rng.random() < 0.7:  # most are written as people write, not as tokens
        pattern = re.sub(r" ([.,:;!?)])", r"\1", pattern).replace("( ", "(").replace(" 's", "'s")
    return pattern


def filled(pattern: str, names: object, rng: random.Random) -> Labelled:
    """Return a pattern with names, places and words drawn for what stands in braces."""
    text, spans, at = "", [], 0
    plain, places = _words()
    for match in TAIL.finditer(pattern):
        text += pattern[at : match.start()]
        value, person = _value(match[1], names, rng, plain, places)
        if person:
            spans.append((len(text), len(text) + len(value)))
        text += value
        at = match.end()
    return Labelled(text + pattern[at:], tuple(spans))


def _value(kind: str, names: object, rng: random.Random, plain: list[str], places: list[str]) -> tuple[str, bool]:
    first, last = names.word("first"), names.word("last")
    match kind:
        case "f" | "F":
            return first, kind == "f"
        case "l" | "L":
            return last, kind == "l"
        case "n":
            way = rng.random()
            middle = f"{rng.choice('ABCDEFGHJKLMNPRST')}. " if way < 0.1 else f"{names.word('first')} " if way < 0.15 else ""
            return (f"{first} {middle}{last}" if way < 0.8 else first if way < 0.92 else last), True
        case "P":
            return rng.choice(places), False
        case "T":
            return rng.choice(PRODUCTS), False
        case "C":
            return "".join(rng.choice(plain).capitalize() for _ in range(rng.choice((1, 1, 2, 3)))), False
        case "t":
            return rng.choice(PRODUCTS).lower(), False
        case "c":
            return rng.choice(plain) + "".join(rng.choice(plain).capitalize() for _ in range(rng.choice((1, 2)))), False
        case "i":
            return rng.choice(LATIN), False
        case "W":
            return rng.choice(plain).capitalize(), False
        case "U":
            return rng.choice(plain).upper(), False
        case _:
            return rng.choice(plain), False
