"""Who issues keys, and in what shape, as data, each with the public rule that says the same beginning, letters or length.

Two tables. In the first a key is known by its beginning; in the second only the issuer's name beside it tells, and the
alphabet and length must agree. None was tried on a key in use; where a length is known to vary, a span of lengths stands. The
last column names the rule; `memory` says that none was found, and the shape is only as good as somebody's memory.
"""

# ruff: noqa: E501 - the tables are read by entry

from __future__ import annotations

import re
from dataclasses import dataclass

ALPHABETS = {
    "hex": "0-9a-f",
    "HEX": "0-9A-Fa-f",
    "alnum": "A-Za-z0-9",
    "lower": "a-z0-9",
    "upper": "A-Z0-9",
    "word": "A-Za-z0-9_-",
    "dots": "A-Za-z0-9_.=-",
    "b64": "A-Za-z0-9+/=",
    "digit": "0-9",
    "mixed": "A-Za-z0-9_+/=-",
}
MEMORY = "memory"
RULES = {
    "gl": ("gitleaks", "https://github.com/gitleaks/gitleaks/blob/b58d3f102cf3a2c84cb7f923d05c25c9b1aed84b/config/gitleaks.toml#"),
    "th": (
        "trufflehog",
        "https://github.com/trufflesecurity/trufflehog/tree/3ab759fef4bb5935d4fe9ac68b503d05346b8364/pkg/detectors/",
    ),
    "kf": ("kingfisher", "https://github.com/mongodb/kingfisher/tree/ee7c0db3ef87575768f817820c24736249ffcdef/data/rules/"),
    "np": (
        "noseyparker",
        "https://github.com/praetorian-inc/noseyparker/tree/2e6e7f36ce36619852532bbe698d8cb7a26d2da7/crates/noseyparker/data/default/builtin/rules/",
    ),
}
"""Public lists of rules and where each stands; what was taken from them are facts: a beginning, an alphabet, a length."""


@dataclass(frozen=True, slots=True)
class Issued:
    """One issuer's shape: what its keys begin with, the alphabet of the rest, how long that is, and which rule says so."""

    issuer: str
    prefix: str
    alphabet: str
    least: int
    most: int
    source: str

    @property
    def said_by(self) -> str:
        """Return the list and its rule, as in `gitleaks npm-access-token`, or `memory`."""
        where, _, rule = self.source.partition(":")
        return f"{RULES[where][0]} {rule}" if rule else MEMORY

    @property
    def link(self) -> str:
        """Return where the rule is read; empty where there is none."""
        where, _, rule = self.source.partition(":")
        return RULES[where][1] + rule + (".yml" if where in ("kf", "np") else "") if rule else ""

    @property
    def pattern(self) -> str:
        """Return the shape as a pattern."""
        return f"{re.escape(self.prefix)}[{ALPHABETS[self.alphabet]}]{{{self.least},{self.most}}}"

    def example(self) -> str:
        """Return an invented key of this shape, the same one each time."""
        drawn = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7d0a1b2c3d4e5f60718293a4b5c6d7e8f9Z4Y6X8W2V0T1"
        kept = re.sub(f"[^{ALPHABETS[self.alphabet]}]", "", drawn.upper() if self.alphabet == "upper" else drawn)
        return self.prefix + "·" + (kept * 12)[: self.least]


_BY_BEGINNING = """
1password-service-account ops_eyJ b64 100-900 gl:1password-service-account-token | adobe p8e- HEX 32 gl:adobe-client-secret
aiven AVNS_ word 16-24 memory | alibaba LTAI alnum 12-24 th:alibaba | anthropic-oauth sk-ant-oat01- word 80-110 memory
apify apify_api_ alnum 36 th:apify | artifactory-key AKCp alnum 69 gl:artifactory-api-key
artifactory-reference cmVmd alnum 59 gl:artifactory-reference-token | atlassian-user ATATT3 dots 60-300 gl:atlassian-api-token
atlassian-admin ATCTT3xFfG dots 60-300 th:atlassian/v2 | braintree-live access_token$production$ lower 16 memory
braintree-sandbox access_token$sandbox$ lower 16 memory | brevo xkeysib- word 81 gl:sendinblue-api-token | brevo-smtp xsmtpsib- hex 64 memory
buildkite-user bkua_ hex 40 th:buildkite/v2 | checkly cu_ hex 32 memory | circleci-personal CCIPAT_ word 40-90 th:circleci/v2
circleci-project CCIPRJ_ word 40-90 memory | clojars CLOJARS_ alnum 60 gl:clojars-api-token | cockroach-cloud CCDB1_ word 40-70 memory
contentful CFPAT- word 43 th:contentfulpersonalaccesstoken | crates-io cio alnum 32 kf:crates.io | databento db- alnum 29 memory
databricks-oauth dose hex 32 memory | databricks dapi hex 32 gl:databricks-api-token
defined-networking dnkey- dots 50-90 gl:defined-networking-api-token | digitalocean-app dop_v1_ hex 64 gl:digitalocean-pat
digitalocean-oauth doo_v1_ hex 64 gl:digitalocean-access-token | digitalocean-refresh dor_v1_ hex 64 gl:digitalocean-refresh-token
docker-personal dckr_pat_ word 20-60 th:dockerhub/v2 | docker-organisation dckr_oat_ word 20-60 th:dockerhub/v2
doppler-personal dp.pt. dots 40-60 th:doppler | doppler-service dp.st. dots 40-70 th:doppler | doppler-cli dp.ct. dots 40-60 th:doppler
doppler-scim dp.scim. dots 40-60 th:doppler | doppler-audit dp.audit. dots 40-60 th:doppler
dropbox-short sl. word 130-900 gl:dropbox-short-lived-api-token | duffel-live duffel_live_ dots 43 gl:duffel-api-token
duffel-test duffel_test_ dots 43 gl:duffel-api-token | dynatrace dt0c01. dots 89 gl:dynatrace-api-token | dynatrace-platform dt0s16. dots 89 memory
e2b e2b_ hex 40 memory | easypost-live EZAK alnum 54 gl:easypost-api-token | easypost-test EZTK alnum 54 gl:easypost-test-api-token
elevenlabs sk_ hex 48 memory | endor endr+ alnum 16 th:endorlabs | facebook-page EAACEdEose0cBA alnum 20-200 kf:facebook
figma figd_ word 40 th:figmapersonalaccesstoken/v2 | firecrawl fc- hex 32 np:firecrawl
flutterwave-public FLWPUBK_TEST- lower 32 gl:flutterwave-public-key | flutterwave-secret FLWSECK_TEST- lower 32 gl:flutterwave-secret-key
frameio fio-u- dots 64 gl:frameio-api-token | gitlab-personal glpat- dots 20-300 gl:gitlab-pat | gitlab-feed glft- word 20 gl:gitlab-feed-token
gitlab-deploy gldt- word 20 gl:gitlab-deploy-token | gitlab-runner glrt- dots 20-60 gl:gitlab-runner-authentication-token
gitlab-trigger glptt- hex 40 gl:gitlab-ptt | gitlab-session _gitlab_session= hex 32 gl:gitlab-session-cookie
gitlab-scim glsoat- word 20 gl:gitlab-scim-token | gitlab-build glcbt- word 20-60 gl:gitlab-cicd-job-token
gitlab-mail glimt- word 25 gl:gitlab-incoming-mail-token | gitlab-agent glagent- word 50 gl:gitlab-kubernetes-agent-token
grafana-cloud glc_ b64 32-400 gl:grafana-cloud-api-token | grafana-service glsa_ word 41 gl:grafana-service-account-token
groq gsk_ alnum 48-60 th:groq | harness-personal pat. dots 68 gl:harness-api-key | harness-service sat. dots 68 gl:harness-api-key
helicone sk-helicone- word 20-50 memory | heroku HRKU-AA word 58 gl:heroku-api-key-v2 | hubspot-na pat-na1- word 36 th:hubspot_apikey/v2
hubspot-eu pat-eu1- word 36 th:hubspot_apikey/v2 | huggingface hf_ alnum 34 th:huggingface | huggingface-organisation api_org_ alnum 34 th:huggingface
infisical st. dots 60-90 memory | infracost ico- alnum 32 gl:infracost-api-token | intercom dG9rO alnum 50-60 memory
intra42-user s-s4t2ud- hex 64 gl:intra42-client-secret | intra42-app s-s4t2af- hex 64 gl:intra42-client-secret | jina jina_ word 50-60 np:jina
jumpcloud jca_ alnum 36 memory | langfuse sk-lf- word 36 th:langfuse | langsmith-personal lsv2_pt_ word 40-50 th:langsmith
langsmith-service lsv2_sk_ word 40-50 th:langsmith | launchdarkly-sdk sdk- word 36 th:launchdarkly | launchdarkly-api api- word 36 th:launchdarkly
linear lin_api_ alnum 40 gl:linear-api-key | linear-oauth lin_oauth_ hex 64 memory | lob-live live_pub_ hex 31 gl:lob-pub-api-key
lob-test test_pub_ hex 31 gl:lob-pub-api-key | mailersend mlsn. alnum 60-70 memory | mailgun key- hex 32 th:mailgun
mailgun-public pubkey- hex 32 gl:mailgun-pub-key | mapbox-secret sk.eyJ dots 60-140 th:mapbox | mapbox-public pk.eyJ dots 60-140 gl:mapbox-api-token
mem0 m0- alnum 36-44 memory | modal-id ak- alnum 22 memory | modal-secret as- alnum 22 memory | neon napi_ lower 60-70 memory
netlify nfp_ word 36-40 th:netlify/v2 | new-relic-user NRAK- upper 27 th:newrelicuserkey | new-relic-insert NRII- word 32 gl:new-relic-insert-key
new-relic-browser NRJS- hex 19 gl:new-relic-browser-api-token | notion ntn_ alnum 44-48 gl:notion-api-token | npm npm_ alnum 36 gl:npm-access-token
nuget oy2 lower 43 kf:nuget | nvidia nvapi- word 60-70 th:nvapi | nylas nyk_v0_ alnum 40-70 memory | octopus API- upper 26 gl:octopus-deploy-api-key
onesignal os_v2_app_ lower 90-120 memory | onfido api_live. dots 40-90 memory | openai-project sk-proj- word 40-200 th:openai
openai-admin sk-admin- word 40-200 th:openaiadmin | openai-service sk-svcacct- word 40-200 th:openai | openrouter sk-or-v1- hex 64 th:openrouter
openshift sha256~ word 43 gl:openshift-user-token | paystack-live sk_live_ hex 40 memory | perplexity pplx- alnum 48-56 gl:perplexity-api-key
persona persona_production_ word 36 memory | pinecone pcsk_ word 60-80 th:pinecone | plaid-live access-production- word 36 gl:plaid-api-token
plaid-sandbox access-sandbox- word 36 gl:plaid-api-token | plaid-development access-development- word 36 gl:plaid-api-token
planetscale-oauth pscale_oauth_ dots 32-64 gl:planetscale-oauth-token | planetscale-password pscale_pw_ dots 32-64 gl:planetscale-password
planetscale-token pscale_tkn_ dots 32-64 gl:planetscale-api-token | polar polar_oat_ alnum 40-60 memory | posthog-personal phx_ alnum 40-50 th:posthog
posthog-project phc_ alnum 40-50 memory | postman PMAK- word 59 th:postman | prefect-user pnu_ alnum 36 gl:prefect-api-token
prefect-bot pnb_ alnum 36 memory | pulumi pul- hex 40 gl:pulumi-api-token | pypi pypi-AgEI word 60-300 gl:pypi-upload-token
razorpay-live rzp_live_ alnum 14-24 th:razorpay | razorpay-test rzp_test_ alnum 14-24 memory | readme rdme_ lower 70 gl:readme-api-token
render rnd_ alnum 28-40 memory | replicate r8_ alnum 37 th:replicate | resend re_ word 30-36 memory | rootly rootly_ hex 64 th:rootly
rubygems rubygems_ hex 48 gl:rubygems-api-token | runpod rpa_ upper 40-50 memory | scaleway SCW upper 17 memory
scalingo tk-us- word 48 gl:scalingo-api-token | sentry-organisation sntrys_eyJ mixed 80-500 gl:sentry-org-token
sentry-user sntryu_ hex 64 gl:sentry-user-token | settlemint-app sm_aat_ alnum 16 gl:settlemint-application-access-token
settlemint-person sm_pat_ alnum 16 gl:settlemint-personal-access-token | settlemint-service sm_sat_ alnum 16 gl:settlemint-service-access-token
shippo-live shippo_live_ hex 40 gl:shippo-api-token | shippo-test shippo_test_ hex 40 gl:shippo-api-token
shopify-custom shpca_ HEX 32 gl:shopify-custom-access-token | shopify-private shppa_ HEX 32 gl:shopify-private-app-access-token
shopify-shared shpss_ HEX 32 gl:shopify-shared-secret | shopify-access shpat_ HEX 32 gl:shopify-access-token
slack-config xoxe.xoxp-1- word 140-180 gl:slack-config-access-token | slack-app xapp-1- word 60-120 gl:slack-app-token
slack-workspace xoxs- word 30-120 memory | slack-refresh xoxe-1- word 100-180 gl:slack-config-refresh-token
sonar-user squ_ hex 40 gl:sonar-api-token | sonar-project sqp_ hex 40 gl:sonar-api-token | sonar-global sqa_ hex 40 gl:sonar-api-token
sourcegraph sgp_ hex 40 gl:sourcegraph-access-token | sourcegraph-local sgp_local_ hex 40 gl:sourcegraph-access-token
square-secret sq0csp- word 43 th:squareapp | square-access sq0atp- word 22 gl:square-access-token | statsig secret- alnum 40-50 memory
stripe-live sk_live_ alnum 16-120 gl:stripe-access-token | stripe-test sk_test_ alnum 16-120 gl:stripe-access-token
stripe-restricted rk_live_ alnum 16-120 gl:stripe-access-token | stripe-webhook whsec_ b64 32-90 memory
stytch secret-live- word 36-60 memory | supabase sbp_ hex 40 th:supabasetoken | supabase-secret sb_secret_ word 31-50 memory
tailscale-auth tskey-auth- word 30-70 th:tailscale | tailscale-api tskey-api- word 30-70 th:tailscale
tailscale-client tskey-client- word 30-70 th:tailscale | tavily tvly- word 28-50 np:tavily | together tgp_v1_ word 40-50 memory
trigger-live tr_prod_ alnum 20-30 memory | trigger-dev tr_dev_ alnum 20-30 memory | twilio-key SK hex 32 gl:twilio-api-key
twilio-account AC hex 32 th:twilio | typeform tfp_ dots 40-60 th:typeform/v2 | vault-batch hvb. word 130-300 gl:vault-batch-token
vault-service hvs. word 90-130 gl:vault-service-token | vercel-blob vercel_blob_rw_ word 30-60 memory | voyage pa- word 43 memory
weights-and-biases wandb_v1_ word 40-90 memory | xai xai- alnum 80 th:xai | xata xau_ alnum 30-50 memory
yandex-cloud AQVN word 35-38 gl:yandex-api-key | yandex-iam t1. dots 80-300 gl:yandex-access-token | zuplo zpka_ alnum 40-60 memory
"""

_BY_NAME = """
adafruit word 32 gl:adafruit-api-key | adobe hex 32 gl:adobe-client-id | airbrake hex 32 th:airbrakeprojectkey | airtable alnum 17 gl:airtable-api-key
algolia lower 32 gl:algolia-api-key | amplitude hex 32 th:amplitudeapikey | asana lower 32 gl:asana-client-secret
beamer word 44-46 gl:beamer-api-token | bittrex lower 32 gl:bittrex-access-key | bitly hex 40 th:bitlyaccesstoken
cisco hex 40 gl:cisco-meraki-api-key | meraki hex 40 gl:cisco-meraki-api-key | cloudflare word 37-40 gl:cloudflare-api-key
codecov lower 32 gl:codecov-access-token | codeclimate hex 64 kf:codeclimate | cohere alnum 40 gl:cohere-api-token
coinbase word 64 gl:coinbase-access-token | coinmarketcap word 36 memory | confluent alnum 16-64 th:confluent
contentful word 43 gl:contentful-delivery-api-token | cypress word 36 memory | datadog lower 32-40 th:datadogtoken | deepgram hex 40 th:deepgram
discord hex 64 gl:discord-api-token | drone lower 32 gl:droneci-access-token | dropbox lower 15 gl:dropbox-api-token | etherscan upper 34 th:etherscan
etsy lower 24 gl:etsy-access-token | facebook hex 32 gl:facebook-secret | fastly word 32 gl:fastly-api-token | finicity hex 32 gl:finicity-api-token
finnhub lower 20 gl:finnhub-access-token | flickr lower 32 gl:flickr-access-token | freshbooks lower 64 gl:freshbooks-access-token
freshdesk alnum 20 th:freshdesk | giphy alnum 32 memory | github hex 40 th:github_oauth2 | gitter word 40 gl:gitter-access-token
heroku word 36 gl:heroku-api-key | hubspot word 36 gl:hubspot-api-key | hunter hex 40 th:hunter | infura hex 32 th:infura
intercom dots 60 gl:intercom-api-key | ipinfo hex 14 th:ipinfo | ipstack hex 32 th:ipstack | jfrog alnum 64-73 gl:jfrog-identity-token
jira alnum 24 th:jiratoken/v1 | kraken b64 80-90 gl:kraken-access-token | kucoin hex 24 th:kucoin | launchdarkly word 40 gl:launchdarkly-access-token
linkedin alnum 14-16 gl:linkedin-client-id | lob word 36-40 gl:lob-api-key | looker lower 20-24 gl:looker-client-id
mailchimp word 32-37 gl:mailchimp-api-key | mailgun hex 32 gl:mailgun-private-api-token | mailjet hex 32 th:mailjetsms | mandrill word 22 th:mandrill
mattermost lower 26 gl:mattermost-access-token | messagebird lower 25 gl:messagebird-api-token | mistral alnum 32 memory | mixpanel hex 32 th:mixpanel
newsapi hex 32 th:newsapi | nexmo alnum 16 th:nexmoapikey | nytimes dots 32 gl:nytimes-access-token | okta dots 42 gl:okta-access-token
opsgenie word 36 th:opsgenie | openweather hex 32 th:openweather | openweathermap hex 32 memory | pagerduty mixed 20 th:pagerdutyapikey
pexels alnum 56 memory | pinecone word 36 memory | plaid alnum 24-30 gl:plaid-client-id | plivo word 40 th:plivo | pusher hex 20 th:pusherchannelkey
rapidapi word 50 gl:rapidapi-access-token | rollbar hex 32 memory | sauce word 36 th:saucelabs | segment dots 32-87 th:segmentapikey
sendbird hex 40 gl:sendbird-access-token | sentry hex 64 gl:sentry-access-token | serpapi hex 64 memory | shodan alnum 32 th:shodankey
snyk word 36 gl:snyk-api-token | sonarcloud hex 40 th:sonarcloud/v1 | splunk word 36 memory | spotify hex 32 th:spotifykey
squarespace word 36 gl:squarespace-access-token | sumologic alnum 64 gl:sumologic-access-token | telnyx word 50-60 th:telnyx | tmdb hex 32 memory
travis alnum 22 gl:travisci-access-token | trello alnum 32 th:trelloapikey | twitch lower 30 th:twitch | twitter alnum 25-50 th:twitterconsumerkey
unsplash word 43 th:unsplash | vonage alnum 16 memory | wakatime word 36 memory | weatherstack hex 32 th:weatherstack | yelp word 128 th:yelp
zendesk lower 40 gl:zendesk-secret-key
"""


def _rows(table: str) -> list[list[str]]:
    return [entry.split() for line in table.strip().splitlines() for entry in line.split("|") if entry.strip()]


def _issued(issuer: str, prefix: str, alphabet: str, length: str, source: str) -> Issued:
    least, _, most = length.partition("-")
    return Issued(issuer, prefix, alphabet, int(least), int(most or least), source)


SHAPED: tuple[Issued, ...] = tuple(_issued(*entry) for entry in _rows(_BY_BEGINNING))
NAMED: tuple[Issued, ...] = tuple(_issued(entry[0], "", *entry[1:]) for entry in _rows(_BY_NAME))
