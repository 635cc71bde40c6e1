"""Who issues keys, and in what shape, as data: shapes as remembered from issuers' public pages and lists of rules.

Two tables. In the first a key is known by its beginning; in the second only the issuer's name beside it tells, and the
alphabet and length must agree. None was tried on a key in use; where a length is known to vary, a span of lengths stands.
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
}


@dataclass(frozen=True, slots=True)
class Issued:
    """One issuer's shape: what its keys begin with, the alphabet of the rest, and how long that is."""

    issuer: str
    prefix: str
    alphabet: str
    least: int
    most: int

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
1password-service-account ops_eyJ b64 100-900 | adobe p8e- HEX 32 | aiven AVNS_ word 16-24 | alibaba LTAI alnum 12-24 | anthropic-oauth sk-ant-oat01- word 80-110
apify apify_api_ alnum 36 | artifactory-key AKCp alnum 69 | artifactory-reference cmVmd alnum 59 | atlassian-user ATATT3 dots 60-300 | atlassian-admin ATCTT3xFfG dots 60-300
braintree-live access_token$production$ lower 16 | braintree-sandbox access_token$sandbox$ lower 16 | brevo xkeysib- hex 64 | brevo-smtp xsmtpsib- hex 64
buildkite-user bkua_ hex 40 | checkly cu_ hex 32 | circleci-personal CCIPAT_ word 40-90 | circleci-project CCIPRJ_ word 40-90 | clojars CLOJARS_ alnum 60
cockroach-cloud CCDB1_ word 40-70 | contentful CFPAT- word 43 | crates-io cio alnum 32 | databento db- alnum 29 | databricks-oauth dose hex 32 | databricks dapi hex 32
defined-networking dnkey- dots 50-90 | digitalocean-app dop_v1_ hex 64 | digitalocean-oauth doo_v1_ hex 64 | digitalocean-refresh dor_v1_ hex 64
docker-personal dckr_pat_ word 20-60 | docker-organisation dckr_oat_ word 20-60 | doppler-personal dp.pt. dots 40-60 | doppler-service dp.st. dots 40-70 | doppler-cli dp.ct. dots 40-60
doppler-scim dp.scim. dots 40-60 | doppler-audit dp.audit. dots 40-60 | dropbox-short sl. word 130-900 | duffel-live duffel_live_ dots 43 | duffel-test duffel_test_ dots 43
dynatrace dt0c01. upper 24 | dynatrace-platform dt0s16. upper 24 | e2b e2b_ hex 40 | easypost-live EZAK alnum 54 | easypost-test EZTK alnum 54 | elevenlabs sk_ hex 48
endor endr+ alnum 16 | facebook-page EAACEdEose0cBA alnum 20-200 | figma figd_ word 40 | firecrawl fc- hex 32 | flutterwave-public FLWPUBK_TEST- hex 32 | flutterwave-secret FLWSECK_TEST- hex 32
frameio fio-u- dots 64 | gitlab-personal glpat- dots 20-300 | gitlab-feed glft- word 20 | gitlab-deploy gldt- word 20 | gitlab-runner glrt- dots 20-60 | gitlab-trigger glptt- hex 40
gitlab-session _gitlab_session= hex 32 | gitlab-scim glsoat- word 20 | gitlab-build glcbt- word 20-60 | gitlab-mail glimt- word 25 | gitlab-agent glagent- word 50
grafana-cloud glc_ b64 32-400 | grafana-service glsa_ alnum 32 | groq gsk_ alnum 48-60 | harness-personal pat. dots 68 | harness-service sat. dots 68 | helicone sk-helicone- word 20-50
heroku HRKU-AA word 58 | hubspot-na pat-na1- word 36 | hubspot-eu pat-eu1- word 36 | huggingface hf_ alnum 34 | huggingface-organisation api_org_ alnum 34 | infisical st. dots 60-90
infracost ico- alnum 32 | intercom dG9rO alnum 50-60 | intra42-user s-s4t2ud- hex 64 | intra42-app s-s4t2af- hex 64 | jina jina_ word 50-60 | jumpcloud jca_ alnum 36
langfuse sk-lf- word 36 | langsmith-personal lsv2_pt_ word 40-50 | langsmith-service lsv2_sk_ word 40-50 | launchdarkly-sdk sdk- word 36 | launchdarkly-api api- word 36
linear lin_api_ alnum 40 | linear-oauth lin_oauth_ hex 64 | lob-live live_pub_ hex 31 | lob-test test_pub_ hex 31 | mailersend mlsn. alnum 60-70 | mailgun key- hex 32 | mailgun-public pubkey- hex 32
mapbox-secret sk.eyJ dots 60-140 | mapbox-public pk.eyJ dots 60-140 | mem0 m0- alnum 36-44 | modal-id ak- alnum 22 | modal-secret as- alnum 22 | neon napi_ lower 60-70 | netlify nfp_ alnum 36-40
new-relic-user NRAK- upper 27 | new-relic-insert NRII- word 32 | new-relic-browser NRJS- hex 19 | notion ntn_ alnum 44-48 | npm npm_ alnum 36 | nuget oy2 lower 43 | nvidia nvapi- word 60-70
nylas nyk_v0_ alnum 40-70 | octopus API- upper 26 | onesignal os_v2_app_ lower 90-120 | onfido api_live. dots 40-90 | openai-project sk-proj- word 40-200 | openai-admin sk-admin- word 40-200
openai-service sk-svcacct- word 40-200 | openrouter sk-or-v1- hex 64 | openshift sha256~ word 43 | paystack-live sk_live_ hex 40 | perplexity pplx- alnum 48-56 | persona persona_production_ word 36
pinecone pcsk_ word 60-80 | plaid-live access-production- word 36 | plaid-sandbox access-sandbox- word 36 | plaid-development access-development- word 36 | planetscale-oauth pscale_oauth_ dots 32-64
planetscale-password pscale_pw_ dots 32-64 | planetscale-token pscale_tkn_ dots 32-64 | polar polar_oat_ alnum 40-60 | posthog-personal phx_ alnum 40-50 | posthog-project phc_ alnum 40-50
postman PMAK- word 59 | prefect-user pnu_ alnum 36 | prefect-bot pnb_ alnum 36 | pulumi pul- hex 40 | pypi pypi-AgEI word 60-300 | razorpay-live rzp_live_ alnum 14-24 | razorpay-test rzp_test_ alnum 14-24
readme rdme_ lower 70 | render rnd_ alnum 28-40 | replicate r8_ alnum 37 | resend re_ word 30-36 | rootly rootly_ hex 64 | rubygems rubygems_ hex 48 | runpod rpa_ upper 40-50 | scaleway SCW upper 17
scalingo tk-us- word 48 | sentry-organisation sntrys_eyJ b64 80-300 | sentry-user sntryu_ hex 64 | settlemint-app sm_aat_ alnum 16 | settlemint-person sm_pat_ alnum 16 | settlemint-service sm_sat_ alnum 16
shippo-live shippo_live_ hex 40 | shippo-test shippo_test_ hex 40 | shopify-custom shpca_ HEX 32 | shopify-private shppa_ HEX 32 | shopify-shared shpss_ HEX 32 | shopify-access shpat_ HEX 32
slack-config xoxe.xoxp-1- word 140-180 | slack-app xapp-1- word 60-120 | slack-workspace xoxs- word 30-120 | slack-refresh xoxe-1- word 100-180 | sonar-user squ_ hex 40 | sonar-project sqp_ hex 40
sonar-global sqa_ hex 40 | sourcegraph sgp_ hex 40 | sourcegraph-local sgp_local_ hex 40 | square-secret sq0csp- word 43 | square-access sq0atp- word 22 | statsig secret- alnum 40-50
stripe-live sk_live_ alnum 16-120 | stripe-test sk_test_ alnum 16-120 | stripe-restricted rk_live_ alnum 16-120 | stripe-webhook whsec_ b64 32-90 | stytch secret-live- word 36-60
supabase sbp_ hex 40 | supabase-secret sb_secret_ word 31-50 | tailscale-auth tskey-auth- word 30-70 | tailscale-api tskey-api- word 30-70 | tailscale-client tskey-client- word 30-70 | tavily tvly- word 28-50
together tgp_v1_ word 40-50 | trigger-live tr_prod_ alnum 20-30 | trigger-dev tr_dev_ alnum 20-30 | twilio-key SK hex 32 | twilio-account AC hex 32 | typeform tfp_ dots 40-60 | vault-batch hvb. word 130-300
vault-service hvs. word 90-130 | vercel-blob vercel_blob_rw_ word 30-60 | voyage pa- word 43 | weights-and-biases wandb_v1_ word 40-90 | xai xai- alnum 80 | xata xau_ alnum 30-50
yandex-cloud AQVN word 35-38 | yandex-iam t1. dots 80-300 | zuplo zpka_ alnum 40-60
"""

_BY_NAME = """
adafruit word 32 | adobe hex 32 | airbrake hex 32 | airtable alnum 17 | algolia lower 32 | amplitude hex 32 | asana lower 32 | beamer word 44 | bittrex lower 32 | bitly hex 40
cisco hex 40 | meraki hex 40 | cloudflare word 37-40 | codecov lower 32 | codeclimate hex 64 | cohere alnum 40 | coinbase word 64 | coinmarketcap word 36 | confluent alnum 16-64 | contentful word 43
cypress word 36 | datadog lower 32-40 | deepgram hex 40 | discord hex 64 | drone lower 32 | dropbox lower 15 | etherscan upper 34 | etsy lower 24 | facebook hex 32 | fastly word 32
finicity hex 32 | finnhub lower 20 | flickr lower 32 | freshbooks lower 64 | freshdesk alnum 20 | giphy alnum 32 | github hex 40 | gitter word 40 | heroku word 36 | hubspot word 36
hunter hex 40 | infura hex 32 | intercom dots 60 | ipinfo hex 14 | ipstack hex 32 | jfrog alnum 64-73 | jira alnum 24 | kraken b64 80-90 | kucoin hex 24 | launchdarkly word 40
linkedin alnum 14-16 | lob word 36 | looker lower 20-24 | mailchimp hex 32 | mailgun hex 32 | mailjet hex 32 | mandrill word 22 | mattermost lower 26 | messagebird lower 25 | mistral alnum 32
mixpanel hex 32 | newsapi hex 32 | nexmo alnum 16 | nytimes dots 32 | okta dots 42 | opsgenie word 36 | openweather hex 32 | openweathermap hex 32 | pagerduty word 20 | pexels alnum 56
pinecone word 36 | plaid alnum 24-30 | plivo word 40 | pusher hex 20 | rapidapi word 50 | rollbar hex 32 | sauce word 36 | segment word 32-43 | sendbird hex 40 | sentry hex 64
serpapi hex 64 | shodan alnum 32 | snyk word 36 | sonarcloud hex 40 | splunk word 36 | spotify hex 32 | squarespace word 36 | sumologic alnum 64 | telnyx word 50-60 | tmdb hex 32
travis alnum 22 | trello alnum 32 | twitch lower 30 | twitter alnum 25-50 | unsplash word 43 | vonage alnum 16 | wakatime word 36 | weatherstack hex 32 | yelp word 128 | zendesk lower 40
"""


def _rows(table: str) -> list[list[str]]:
    return [entry.split() for line in table.strip().splitlines() for entry in line.split("|") if entry.strip()]


def _issued(issuer: str, prefix: str, alphabet: str, length: str) -> Issued:
    least, _, most = length.partition("-")
    return Issued(issuer, prefix, alphabet, int(least), int(most or least))


SHAPED: tuple[Issued, ...] = tuple(_issued(*entry) for entry in _rows(_BY_BEGINNING))
NAMED: tuple[Issued, ...] = tuple(_issued(entry[0], "", *entry[1:]) for entry in _rows(_BY_NAME))
