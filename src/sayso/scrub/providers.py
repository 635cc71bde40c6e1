"""Who issues keys, and in what shape, as data, each with the public rule that says the same beginning, letters or length.

Two tables. In the first a key is known by its beginning; in the second only the issuer's name beside it tells, and the
alphabet and length must agree. None was tried on a key in use; where a length is known to vary, a span of lengths stands. The
last column names the rule: one of a public list, or a page or source file of the issuer or of somebody who reads its keys
(`pg`). `seen` says that no rule was found and that the shape is one that many public programs look for.
"""

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
    "dollar": "a-z0-9$",
}
SEEN = "seen"
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
    "bl": (
        "betterleaks",
        "https://github.com/betterleaks/betterleaks/blob/6381fa45ae946c588e2e1334d8396a15e5171ad6/config/betterleaks.toml#",
    ),
    "ti": ("titus", "https://github.com/praetorian-inc/titus/tree/369d8dc4359a2d70629e0fe7732d3244a3315efc/pkg/rule/rules/"),
    "kh": ("keyhog", "https://github.com/santhreal/keyhog/tree/018712ee70c47a8c07ff1c153a87ef6c0ab91c25/detectors/"),
    "sp": (
        "secrets-patterns-db",
        "https://github.com/mazen160/secrets-patterns-db/blob/24984df1a3f78475132ed183cebce4452b601161/datasets/high-confidence.yml#",
    ),
    "pg": ("page:", ""),
}
"""Public lists of rules and where each stands; what was taken from them are facts: a beginning, an alphabet, a length."""
_ENDS = {"kf": ".yml", "np": ".yml", "ti": ".yml", "kh": ".toml"}

PAGES = {
    "braintree": "https://github.com/braintree/braintree_python/blob/80b03f49e8923e30bdaeeace2acacfcfa7a517cb/braintree/credentials_parser.py",
    "circleci": "https://github.com/mongodb/kingfisher/blob/28b784f88aec91954c3c1f12df9757fe49a9ac23/crates/kingfisher-rules/data/rules/circleci.yml",
    "databricks": "https://github.com/mongodb/kingfisher/blob/ca96623c5103a35fdd144484488ce1d4e8239a89/crates/kingfisher-rules/data/rules/databricks.yml",
    "e2b": "https://github.com/mongodb/kingfisher/blob/701508d529c638e6e9374d47f08e7e53004ddcf6/crates/kingfisher-rules/data/rules/e2b.yml",
    "helicone": "https://github.com/Helicone/helicone/blob/764a3cff17e7a5c6f73e98b5e0bbde7a23a6c467/worker/src/lib/RequestWrapper.ts",
    "infisical": "https://infisical.com/docs/internals/service-tokens",
    "jumpcloud": "https://github.com/trufflesecurity/trufflehog/blob/0a3c4053b38c7825637cb5ffe9c96a742780cae8/pkg/detectors/jumpcloud/v2/jumpcloud.go",
    "linear": "https://linear.app/changelog/2021-08-19-github-secret-scanning",
    "mem0": "https://docs.mem0.ai/open-source/features/openai_compatibility",
    "modal": "https://alchemy.run/modal/setup",
    "scaleway": "https://github.com/scaleway/scaleway-sdk-go/blob/2c5cd81b052874a3bb1492a538cda3e701ed9502/validation/is.go",
    "statsig": "https://github.com/statsig-io/python-sdk/blob/39df345e17ebf68416a81410bf2a829dac781d22/statsig/statsig_server.py",
    "trigger": "https://github.com/triggerdotdev/trigger.dev/blob/b082e44389337dc6505d590737a6df70867cc8f4/apps/webapp/app/utils/apiKeys.ts",
    "vercel-blob": "https://github.com/vercel/storage/blob/5c2d8bffcb6b3ab87f48277be532d08c9a07bbd2/packages/blob/src/client.node.test.ts",
    "webhooks": "https://github.com/standard-webhooks/standard-webhooks/blob/b2fa7b8719fb75d326b591077f5d1b385cfcdfae/spec/standard-webhooks.md",
}
"""Pages and source files that say a beginning; where they leave the length open, the row has a wide span."""


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
        """Return the list and its rule, as in `gitleaks npm-access-token`, a page's name, or that many programs look for it."""
        where, _, rule = self.source.partition(":")
        return f"{RULES[where][0]} {rule}" if rule else "public programs"

    @property
    def link(self) -> str:
        """Return where the rule is read; empty where there is none."""
        where, _, rule = self.source.partition(":")
        return PAGES[rule] if where == "pg" else RULES[where][1] + rule + _ENDS.get(where, "") if rule else ""

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
aiven AVNS_ word 16-24 seen | alibaba LTAI alnum 12-24 th:alibaba | anthropic-oauth sk-ant-oat01- word 80-110 kh:anthropic-api-key
apify apify_api_ alnum 36 th:apify | artifactory-key AKCp alnum 69 gl:artifactory-api-key
artifactory-reference cmVmd alnum 59 gl:artifactory-reference-token | atlassian-admin ATCTT3xFfG dots 60-300 th:atlassian/v2
atlassian-user ATATT3 dots 60-300 gl:atlassian-api-token | braintree-live access_token$production$ dollar 49 sp:braintree
braintree-sandbox access_token$sandbox$ dollar 49 pg:braintree | brevo xkeysib- word 81 gl:sendinblue-api-token
brevo-smtp xsmtpsib- word 81 gl:sendinblue-api-token | buildkite-user bkua_ hex 40 th:buildkite/v2
checkly cu_ alnum 24-32 kh:checkly-api-key | circleci-personal CCIPAT_ word 40-90 th:circleci/v2
circleci-project CCIPRJ_ word 63 pg:circleci | clojars CLOJARS_ alnum 60 gl:clojars-api-token
cockroach-cloud CCDB1_ word 63 bl:cockroachlabs-cloud-api-key | contentful CFPAT- word 43 th:contentfulpersonalaccesstoken
crates-io cio alnum 32 kf:crates.io | databento db- alnum 29 bl:databento-api-key | databricks dapi hex 32 gl:databricks-api-token
databricks-oauth dose dots 32 pg:databricks | defined-networking dnkey- dots 50-90 gl:defined-networking-api-token
digitalocean-app dop_v1_ hex 64 gl:digitalocean-pat | digitalocean-oauth doo_v1_ hex 64 gl:digitalocean-access-token
digitalocean-refresh dor_v1_ hex 64 gl:digitalocean-refresh-token | docker-organisation dckr_oat_ word 20-60 th:dockerhub/v2
docker-personal dckr_pat_ word 20-60 th:dockerhub/v2 | doppler-audit dp.audit. dots 40-60 th:doppler
doppler-cli dp.ct. dots 40-60 th:doppler | doppler-personal dp.pt. dots 40-60 th:doppler
doppler-scim dp.scim. dots 40-60 th:doppler | doppler-service dp.st. dots 40-70 th:doppler
dropbox-short sl. word 130-900 gl:dropbox-short-lived-api-token | duffel-live duffel_live_ dots 43 gl:duffel-api-token
duffel-test duffel_test_ dots 43 gl:duffel-api-token | dynatrace dt0c01. dots 89 gl:dynatrace-api-token
dynatrace-platform dt0s16. dots 73-89 ti:dynatrace | e2b e2b_ hex 40 pg:e2b | easypost-live EZAK alnum 54 gl:easypost-api-token
easypost-test EZTK alnum 54 gl:easypost-test-api-token | elevenlabs sk_ hex 48 bl:elevenlabs-api-key
endor endr+ alnum 16 th:endorlabs | facebook-page EAACEdEose0cBA alnum 20-200 kf:facebook
figma figd_ word 40 th:figmapersonalaccesstoken/v2 | firecrawl fc- hex 32 np:firecrawl
flutterwave-public FLWPUBK_TEST- lower 32 gl:flutterwave-public-key
flutterwave-secret FLWSECK_TEST- lower 32 gl:flutterwave-secret-key | frameio fio-u- dots 64 gl:frameio-api-token
gitlab-agent glagent- word 50 gl:gitlab-kubernetes-agent-token | gitlab-build glcbt- word 20-60 gl:gitlab-cicd-job-token
gitlab-deploy gldt- word 20 gl:gitlab-deploy-token | gitlab-feed glft- word 20 gl:gitlab-feed-token
gitlab-mail glimt- word 25 gl:gitlab-incoming-mail-token | gitlab-personal glpat- dots 20-300 gl:gitlab-pat
gitlab-runner glrt- dots 20-60 gl:gitlab-runner-authentication-token | gitlab-scim glsoat- word 20 gl:gitlab-scim-token
gitlab-session _gitlab_session= hex 32 gl:gitlab-session-cookie | gitlab-trigger glptt- hex 40 gl:gitlab-ptt
grafana-cloud glc_ b64 32-400 gl:grafana-cloud-api-token | grafana-service glsa_ word 41 gl:grafana-service-account-token
groq gsk_ alnum 48-60 th:groq | harness-personal pat. dots 68 gl:harness-api-key | harness-service sat. dots 68 gl:harness-api-key
helicone sk-helicone- word 31-34 pg:helicone | heroku HRKU-AA word 58 gl:heroku-api-key-v2
hubspot-eu pat-eu1- word 36 th:hubspot_apikey/v2 | hubspot-na pat-na1- word 36 th:hubspot_apikey/v2
huggingface hf_ alnum 34 th:huggingface | huggingface-organisation api_org_ alnum 34 th:huggingface
infisical st. dots 60-200 pg:infisical | infracost ico- alnum 32 gl:infracost-api-token | intercom dG9r b64 56 th:intercom
intra42-app s-s4t2af- hex 64 gl:intra42-client-secret | intra42-user s-s4t2ud- hex 64 gl:intra42-client-secret
jina jina_ word 50-60 np:jina | jumpcloud jca_ alnum 36 pg:jumpcloud | langfuse sk-lf- word 36 th:langfuse
langsmith-personal lsv2_pt_ word 40-50 th:langsmith | langsmith-service lsv2_sk_ word 40-50 th:langsmith
launchdarkly-api api- word 36 th:launchdarkly | launchdarkly-sdk sdk- word 36 th:launchdarkly
linear lin_api_ alnum 40 gl:linear-api-key | linear-oauth lin_oauth_ alnum 32-128 pg:linear
lob-live live_pub_ hex 31 gl:lob-pub-api-key | lob-test test_pub_ hex 31 gl:lob-pub-api-key
mailersend mlsn. alnum 30-100 bl:mailersend-api-token | mailgun key- hex 32 th:mailgun
mailgun-public pubkey- hex 32 gl:mailgun-pub-key | mapbox-public pk.eyJ dots 60-140 gl:mapbox-api-token
mapbox-secret sk.eyJ dots 60-140 th:mapbox | mem0 m0- alnum 24-44 pg:mem0 | modal-id ak- alnum 22 pg:modal
modal-secret as- alnum 22 pg:modal | neon napi_ alnum 64 bl:neon-api-key | netlify nfp_ word 36-40 th:netlify/v2
new-relic-browser NRJS- hex 19 gl:new-relic-browser-api-token | new-relic-insert NRII- word 32 gl:new-relic-insert-key
new-relic-user NRAK- upper 27 th:newrelicuserkey | notion ntn_ alnum 44-48 gl:notion-api-token
npm npm_ alnum 36 gl:npm-access-token | nuget oy2 lower 43 kf:nuget | nvidia nvapi- word 60-70 th:nvapi
nylas nyk_ word 60-80 ti:nylas | octopus API- upper 26 gl:octopus-deploy-api-key
onesignal os_v2_app_ lower 103 bl:onesignal-rich-authentication-token
onesignal-organisation os_v2_org_ lower 103 bl:onesignal-rich-authentication-token
onfido api_live. word 20-80 bl:onfido-live-api-token-eu | onfido-us api_live_us. word 20-80 bl:onfido-live-api-token-us
openai-admin sk-admin- word 40-200 th:openaiadmin | openai-project sk-proj- word 40-200 th:openai
openai-service sk-svcacct- word 40-200 th:openai | openrouter sk-or-v1- hex 64 th:openrouter
openshift sha256~ word 43 gl:openshift-user-token | paystack-live sk_live_ alnum 40 th:paystack
perplexity pplx- alnum 48-56 gl:perplexity-api-key | persona persona_production_ word 20-80 bl:persona-production-api-key
pinecone pcsk_ word 60-80 th:pinecone | plaid-development access-development- word 36 gl:plaid-api-token
plaid-live access-production- word 36 gl:plaid-api-token | plaid-sandbox access-sandbox- word 36 gl:plaid-api-token
planetscale-oauth pscale_oauth_ dots 32-64 gl:planetscale-oauth-token
planetscale-password pscale_pw_ dots 32-64 gl:planetscale-password
planetscale-token pscale_tkn_ dots 32-64 gl:planetscale-api-token | polar polar_oat_ word 20-100 bl:polar-organization-access-token
posthog-personal phx_ alnum 40-50 th:posthog | posthog-project phc_ word 41-44 bl:posthog-project-api-key
postman PMAK- word 59 th:postman | prefect-bot pnb_ alnum 36 gl:prefect-api-token | prefect-user pnu_ alnum 36 gl:prefect-api-token
pulumi pul- hex 40 gl:pulumi-api-token | pypi pypi-AgEI word 60-300 gl:pypi-upload-token
razorpay-live rzp_live_ alnum 14-24 th:razorpay | razorpay-test rzp_test_ alnum 14-24 ti:razorpay
readme rdme_ lower 70 gl:readme-api-token | render rnd_ alnum 28-40 bl:render-api-key | replicate r8_ alnum 37 th:replicate
resend re_ word 33 ti:resend | rootly rootly_ hex 64 th:rootly | rubygems rubygems_ hex 48 gl:rubygems-api-token
runpod rpa_ alnum 46 bl:runpod-api-key.1 | scaleway SCW upper 17 pg:scaleway | scalingo tk-us- word 48 gl:scalingo-api-token
sentry-organisation sntrys_eyJ mixed 80-500 gl:sentry-org-token | sentry-user sntryu_ hex 64 gl:sentry-user-token
settlemint-app sm_aat_ alnum 16 gl:settlemint-application-access-token
settlemint-person sm_pat_ alnum 16 gl:settlemint-personal-access-token
settlemint-service sm_sat_ alnum 16 gl:settlemint-service-access-token | shippo-live shippo_live_ hex 40 gl:shippo-api-token
shippo-test shippo_test_ hex 40 gl:shippo-api-token | shopify-access shpat_ HEX 32 gl:shopify-access-token
shopify-custom shpca_ HEX 32 gl:shopify-custom-access-token | shopify-private shppa_ HEX 32 gl:shopify-private-app-access-token
shopify-shared shpss_ HEX 32 gl:shopify-shared-secret | slack-app xapp-1- word 60-120 gl:slack-app-token
slack-config xoxe.xoxp-1- word 140-180 gl:slack-config-access-token
slack-refresh xoxe-1- word 100-180 gl:slack-config-refresh-token | slack-workspace xoxs- word 30-140 gl:slack-legacy-token
sonar-global sqa_ hex 40 gl:sonar-api-token | sonar-project sqp_ hex 40 gl:sonar-api-token
sonar-user squ_ hex 40 gl:sonar-api-token | sourcegraph sgp_ hex 40 gl:sourcegraph-access-token
sourcegraph-local sgp_local_ hex 40 gl:sourcegraph-access-token | square-access sq0atp- word 22 gl:square-access-token
square-secret sq0csp- word 43 th:squareapp | statsig secret- alnum 30-60 pg:statsig
stripe-live sk_live_ alnum 16-120 gl:stripe-access-token | stripe-restricted rk_live_ alnum 16-120 gl:stripe-access-token
stripe-test sk_test_ alnum 16-120 gl:stripe-access-token | stripe-webhook whsec_ b64 32-90 pg:webhooks
stytch secret-live- dots 36 th:stytch | supabase sbp_ hex 40 th:supabasetoken
supabase-secret sb_secret_ word 31 bl:supabase-project-api-key | tailscale-api tskey-api- word 30-70 th:tailscale
tailscale-auth tskey-auth- word 30-70 th:tailscale | tailscale-client tskey-client- word 30-70 th:tailscale
tavily tvly- word 28-50 np:tavily | together tgp_v1_ word 43 bl:togetherai-api-key | trigger-dev tr_dev_ word 20-30 pg:trigger
trigger-live tr_prod_ word 20-30 pg:trigger | trigger-staging tr_stg_ word 20-30 pg:trigger | twilio-account AC hex 32 th:twilio
twilio-key SK hex 32 gl:twilio-api-key | typeform tfp_ dots 40-60 th:typeform/v2
vault-batch hvb. word 130-300 gl:vault-batch-token | vault-service hvs. word 90-130 gl:vault-service-token
vercel-blob vercel_blob_rw_ word 40-60 pg:vercel-blob | vercel-personal vcp_ word 56 bl:vercel-personal-access-token
voyage pa- word 43 ti:voyageai | weights-and-biases wandb_v1_ word 77 bl:weights-and-biases-api-key-v1 | xai xai- alnum 80 th:xai
xata xau_ word 30-80 kh:xata-api-key | yandex-cloud AQVN word 35-38 gl:yandex-api-key
yandex-iam t1. dots 80-300 gl:yandex-access-token | zuplo zpka_ word 41 bl:zuplo-consumer-api-key.1
"""

_BY_NAME = """
adafruit word 32 gl:adafruit-api-key | adobe hex 32 gl:adobe-client-id | airbrake hex 32 th:airbrakeprojectkey
airtable alnum 17 gl:airtable-api-key | algolia lower 32 gl:algolia-api-key | amplitude hex 32 th:amplitudeapikey
asana lower 32 gl:asana-client-secret | beamer word 44-46 gl:beamer-api-token | bitly hex 40 th:bitlyaccesstoken
bittrex lower 32 gl:bittrex-access-key | cisco hex 40 gl:cisco-meraki-api-key | cloudflare word 37-40 gl:cloudflare-api-key
codeclimate hex 64 kf:codeclimate | codecov lower 32 gl:codecov-access-token | cohere alnum 40 gl:cohere-api-token
coinbase word 64 gl:coinbase-access-token | coinmarketcap word 36 kh:coinmarketcap-api-key | confluent alnum 16-64 th:confluent
contentful word 43 gl:contentful-delivery-api-token | cypress word 36 ti:cypress | datadog lower 32-40 th:datadogtoken
deepgram hex 40 th:deepgram | discord hex 64 gl:discord-api-token | drone lower 32 gl:droneci-access-token
dropbox lower 15 gl:dropbox-api-token | etherscan upper 34 th:etherscan | etsy lower 24 gl:etsy-access-token
facebook hex 32 gl:facebook-secret | fastly word 32 gl:fastly-api-token | finicity hex 32 gl:finicity-api-token
finnhub lower 20 gl:finnhub-access-token | flickr lower 32 gl:flickr-access-token | freshbooks lower 64 gl:freshbooks-access-token
freshdesk alnum 20 th:freshdesk | github hex 40 th:github_oauth2 | gitter word 40 gl:gitter-access-token
heroku word 36 gl:heroku-api-key | hubspot word 36 gl:hubspot-api-key | hunter hex 40 th:hunter | infura hex 32 th:infura
intercom dots 60 gl:intercom-api-key | ipinfo hex 14 th:ipinfo | ipstack hex 32 th:ipstack
jfrog alnum 64-73 gl:jfrog-identity-token | jira alnum 24 th:jiratoken/v1 | kraken b64 80-90 gl:kraken-access-token
kucoin hex 24 th:kucoin | launchdarkly word 40 gl:launchdarkly-access-token | linkedin alnum 14-16 gl:linkedin-client-id
lob word 36-40 gl:lob-api-key | looker lower 20-24 gl:looker-client-id | mailchimp word 32-37 gl:mailchimp-api-key
mailgun hex 32 gl:mailgun-private-api-token | mailjet hex 32 th:mailjetsms | mandrill word 22 th:mandrill
mattermost lower 26 gl:mattermost-access-token | meraki hex 40 gl:cisco-meraki-api-key
messagebird lower 25 gl:messagebird-api-token | mistral alnum 32 bl:mistral-api-key | mixpanel hex 32 th:mixpanel
newsapi hex 32 th:newsapi | nexmo alnum 16 th:nexmoapikey | nytimes dots 32 gl:nytimes-access-token
okta dots 42 gl:okta-access-token | openweather hex 32 th:openweather | openweathermap lower 32 bl:openweather-api-key
opsgenie word 36 th:opsgenie | pagerduty mixed 20 th:pagerdutyapikey | pexels alnum 56 kh:pexels-api-key
pinecone word 36 bl:pinecone-api-key.1 | plaid alnum 24-30 gl:plaid-client-id | plivo word 40 th:plivo
pusher hex 20 th:pusherchannelkey | rapidapi word 50 gl:rapidapi-access-token | rollbar hex 32 kh:rollbar-access-token
sauce word 36 th:saucelabs | segment dots 32-87 th:segmentapikey | sendbird hex 40 gl:sendbird-access-token
sentry hex 64 gl:sentry-access-token | shodan alnum 32 th:shodankey | snyk word 36 gl:snyk-api-token
sonarcloud hex 40 th:sonarcloud/v1 | splunk word 36 kh:splunk-hec-token | spotify hex 32 th:spotifykey
squarespace word 36 gl:squarespace-access-token | sumologic alnum 64 gl:sumologic-access-token | telnyx word 50-60 th:telnyx
travis alnum 22 gl:travisci-access-token | trello alnum 32 th:trelloapikey | twitch lower 30 th:twitch
twitter alnum 25-50 th:twitterconsumerkey | unsplash word 43 th:unsplash | vonage alnum 16 kh:vonage-video-api
wakatime word 36 bl:wakatime-api-key.1 | weatherstack hex 32 th:weatherstack | yelp word 128 th:yelp
zendesk lower 40 gl:zendesk-secret-key
"""


def _rows(table: str) -> list[list[str]]:
    return [entry.split() for line in table.strip().splitlines() for entry in line.split("|") if entry.strip()]


def _issued(issuer: str, prefix: str, alphabet: str, length: str, source: str) -> Issued:
    least, _, most = length.partition("-")
    return Issued(issuer, prefix, alphabet, int(least), int(most or least), source)


SHAPED: tuple[Issued, ...] = tuple(_issued(*entry) for entry in _rows(_BY_BEGINNING))
NAMED: tuple[Issued, ...] = tuple(_issued(entry[0], "", *entry[1:]) for entry in _rows(_BY_NAME))
