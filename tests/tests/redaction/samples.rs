//! Made-up keys, cards and accounts, written here from the vendors' forms and by the rules of their
//! check digits, apart from the code under test.

use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;

/// Who gives out keys, and how they look.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("OpenAI, project", "sk-proj-[A-Za-z0-9_-]{74}T3BlbkFJ[A-Za-z0-9_-]{73}[A-Za-z0-9]"),
    ("OpenAI, user", "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    ("Anthropic", "sk-ant-api03-[A-Za-z0-9_-]{93}AA"),
    ("OpenRouter", "sk-or-v1-[0-9a-f]{64}"),
    ("DeepSeek", "sk-[0-9a-f]{32}"),
    ("Google", "AIza[0-9A-Za-z_-]{34}[0-9A-Za-z]"),
    ("Groq", "gsk_[A-Za-z0-9]{52}"),
    ("xAI", "xai-[A-Za-z0-9]{80}"),
    ("Perplexity", "pplx-[A-Za-z0-9]{48}"),
    ("Cerebras", "csk-[a-z0-9]{48}"),
    ("Hugging Face", "hf_[A-Za-z]{34}"),
    ("Replicate", "r8_[A-Za-z0-9]{37}"),
    ("NVIDIA", "nvapi-[A-Za-z0-9_-]{63}[A-Za-z0-9]"),
    ("Fireworks", "fw_[A-Za-z0-9]{24}"),
    ("LangSmith", "lsv2_pt_[0-9a-f]{32}_[0-9a-f]{10}"),
    ("AWS, key id", "AKIA[A-Z2-7]{16}"),
    ("AWS, for a while", "ASIA[A-Z2-7]{16}"),
    ("AWS Bedrock", "ABSK[A-Za-z0-9+/]{127}="),
    ("DigitalOcean", "dop_v1_[0-9a-f]{64}"),
    ("Databricks", "dapi[0-9a-f]{32}"),
    ("Vault", "hvs\\.[A-Za-z0-9_-]{90}[A-Za-z0-9]"),
    ("Pulumi", "pul-[0-9a-f]{40}"),
    ("GitHub, classic", "ghp_[A-Za-z0-9]{36}"),
    ("GitHub, app", "ghs_[A-Za-z0-9]{36}"),
    ("GitHub, fine-grained", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("GitLab", "glpat-[A-Za-z0-9_-]{19}[A-Za-z0-9]"),
    ("npm", "npm_[A-Za-z0-9]{36}"),
    ("PyPI", "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{100}[A-Za-z0-9]"),
    ("crates.io", "cio[A-Za-z0-9]{32}"),
    ("Docker", "dckr_pat_[A-Za-z0-9_-]{26}[A-Za-z0-9]"),
    ("Atlassian", "ATATT3[A-Za-z0-9_=-]{186}"),
    ("Linear", "lin_api_[A-Za-z0-9]{40}"),
    ("Figma", "figd_[A-Za-z0-9_-]{39}[A-Za-z0-9]"),
    ("Notion", "ntn_[A-Za-z0-9]{46}"),
    ("Postman", "PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("Slack, bot", "xoxb-[0-9]{12}-[0-9]{12}-[A-Za-z0-9]{24}"),
    ("Slack, app", "xapp-1-A[A-Z0-9]{10}-[0-9]{13}-[0-9a-f]{64}"),
    ("Telegram", "[1-9][0-9]{9}:AA[A-Za-z0-9_-]{32}[A-Za-z0-9]"),
    ("SendGrid", "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{42}[A-Za-z0-9]"),
    ("Twilio", "SK[0-9a-f]{32}"),
    ("Mailgun", "key-[0-9a-f]{32}"),
    ("Mailchimp", "[0-9a-f]{32}-us[1-9]"),
    ("Stripe", "sk_live_[A-Za-z0-9]{24,99}"),
    ("Stripe, restricted", "rk_test_[A-Za-z0-9]{24,99}"),
    ("Stripe, webhook", "whsec_[A-Za-z0-9]{32}"),
    ("Square", "sq0atp-[A-Za-z0-9_-]{21}[A-Za-z0-9]"),
    ("Shopify", "shpat_[0-9a-f]{32}"),
    ("Google, client secret", "GOCSPX-[A-Za-z0-9_-]{27}[A-Za-z0-9]"),
    ("Voyage", "pa-[A-Za-z0-9_-]{42}[A-Za-z0-9]"),
    ("ElevenLabs", "sk_[0-9a-f]{48}"),
    ("Tavily", "tvly-[A-Za-z0-9]{32}"),
    ("Together", "tgp_v1_[A-Za-z0-9_-]{42}[A-Za-z0-9]"),
    ("Terraform", "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9]{67}"),
    ("PlanetScale", "pscale_tkn_[A-Za-z0-9_-]{42}[A-Za-z0-9]"),
    ("Supabase", "sbp_[0-9a-f]{40}"),
    ("Netlify", "nfp_[A-Za-z0-9]{36}"),
    ("Grafana", "glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    ("New Relic", "NRAK-[A-Z0-9]{27}"),
    ("Airtable", "pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}"),
    ("age", "AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    ("signed token", "eyJ[A-Za-z0-9_-]{30}\\.eyJ[A-Za-z0-9_-]{60}\\.[A-Za-z0-9_-]{42}[A-Za-z0-9]"),
];

/// Keys that have no form of their own, by the name before them.
pub(crate) const NAMED: &[(&str, &str)] = &[
    ("Mistral", "MISTRAL_API_KEY={[A-Za-z0-9]{32}}"),
    ("Cohere", "cohere_api_key: {[A-Za-z0-9]{40}}"),
    ("Azure OpenAI", "AZURE_OPENAI_KEY={[0-9a-f]{32}}"),
    ("AWS, secret", "aws_secret_access_key = {[A-Za-z0-9/+]{39}[A-Za-z0-9]}"),
    ("Azure storage", "AccountName=a;AccountKey={[A-Za-z0-9+/]{86}==};"),
    ("Datadog", "DD_API_KEY='{[0-9a-f]{32}}'"),
    ("Cloudflare", "CLOUDFLARE_API_TOKEN=\"{[A-Za-z0-9_-]{39}[A-Za-z0-9]}\""),
    ("Heroku", "\"api_key\": \"{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}}\""),
    ("PostgreSQL", "postgres://app:{[A-Za-z0-9!$&*+,;=._~-]{12}}@db.internal:5432/x"),
    ("MongoDB", "mongodb+srv://app:{[A-Za-z0-9%]{16}}@cluster0.mongodb.net"),
    ("Redis", "redis://:{[A-Za-z0-9]{24}}@cache:6379/0"),
    ("AMQP", "amqps://app:{[A-Za-z0-9]{20}}@mq.internal/vhost"),
    ("SQL Server", "Server=db;User Id=app;Password={[A-Z][a-z]{5}[0-9]{4}};"),
    ("basic", "Authorization: Basic {[A-Za-z0-9+/]{30}==}"),
    ("bearer", "authorization: bearer {[A-Za-z0-9._-]{39}[A-Za-z0-9]}"),
];

/// Addresses of people.
pub(crate) const EMAILS: &[(&str, &str)] = &[
    ("plain", "[a-z]{3,9}@[a-z]{3,9}\\.(com|org|de|co\\.uk)"),
    ("with dots", "[a-z]{2,6}\\.[a-z]{2,8}@[a-z]{3,9}\\.[a-z]{3,9}\\.net"),
    ("with a tag", "[a-z]{3,9}\\+[a-z0-9]{2,6}@[a-z]{3,9}\\.io"),
    ("with digits", "[A-Za-z]{2,6}[0-9]{1,4}_[a-z]{1,4}@[a-z0-9]{2,6}-[a-z]{2,5}\\.eu"),
    ("in other letters", "[äöüéñ]{2,4}[a-z]{1,4}@[a-z]{2,4}[äöü][a-z]{2}\\.(de|at|ch)"),
];

/// Numbers of phones, as they are written in several countries.
pub(crate) const PHONES: &[(&str, &str)] = &[
    ("US, abroad", "\\+1 [2-9][0-9]{2} [2-9][0-9]{2} [0-9]{3}[1-9]"),
    ("US", "\\([2-9][0-9]{2}\\) [2-9][0-9]{2}-[0-9]{3}[1-9]"),
    ("US, dashes", "[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{3}[1-9]"),
    ("E.164", "\\+(49|33|44|39|34|55|91)[1-9][0-9]{8}"),
    ("GB", "\\+44 20 7[0-9]{3} [0-9]{4}"),
    ("GB, at home", "020 7[0-9]{3} [0-9]{4}"),
    ("DE", "\\+49 \\(0\\)[1-9][0-9] [0-9]{7}"),
    ("DE, at home", "0[1-9][0-9]{2}/[1-9][0-9]{5}"),
    ("FR, at home", "0[1-9] [0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}"),
    ("BR", "\\+55 [1-9]{2} 9[0-9]{4}-[0-9]{4}"),
];

/// Addresses of machines that are not this one.
pub(crate) const MACHINES: &[(&str, &str)] = &[
    ("4", "(1[1-9]|[3-9][0-9]|1[3-9][0-9]|2[0-4][0-9])(\\.([1-9]?[0-9]|1[0-9][0-9]|25[0-5])){3}"),
    ("6", "2[0-9a-f]{3}(:[1-9a-f][0-9a-f]{0,3}){6}:[0-9a-f]{0,2}[0-9]"),
    ("6, short", "fd[0-9a-f]{2}:[1-9][0-9a-f]{0,3}::[1-9a-f][0-9a-f]{0,3}"),
    ("6, link", "fe80::[1-9][0-9a-f]{0,3}:[1-9a-f][0-9a-f]{0,3}"),
];

/// Ids of persons that have no check digit, or one that is none of arithmetic.
pub(crate) const IDS: &[(&str, &str)] = &[
    ("US", "(00[1-9]|[1-5][0-9]{2})-(0[1-9]|[1-9][0-9])-[0-9]{3}[1-9]"),
    ("GB", "A[BEHKLMPRSTWXYZ] [0-9]{2} [0-9]{2} [0-9]{2} [A-D]"),
    ("DK", "(0[1-9]|[12][0-9])(0[1-9]|1[0-2])[0-9]{2}-[0-9]{4}"),
];

/// How cards begin, and how long they are, check digit included.
pub(crate) const CARDS: &[(&str, &str, usize)] = &[
    ("Visa", "4", 16),
    ("Visa, short", "4", 13),
    ("Mastercard", "5[1-5]", 16),
    ("Mastercard, new", "2[3-6]", 16),
    ("American Express", "3[47]", 15),
    ("Discover", "6011", 16),
    ("Discover, new", "65", 16),
    ("Diners Club", "36", 14),
    ("JCB", "35[3-8]", 16),
    ("UnionPay", "62", 16),
    ("UnionPay, long", "62", 19),
];

/// How accounts look after the check digits.
pub(crate) const ACCOUNTS: &[(&str, &str)] = &[
    ("AT", "[0-9]{16}"),
    ("BE", "[0-9]{12}"),
    ("BR", "[0-9]{23}[A-Z][A-Z0-9]"),
    ("CH", "[0-9]{5}[A-Z0-9]{12}"),
    ("CZ", "[0-9]{20}"),
    ("DE", "[0-9]{18}"),
    ("DK", "[0-9]{14}"),
    ("ES", "[0-9]{20}"),
    ("FI", "[0-9]{14}"),
    ("FR", "[0-9]{10}[A-Z0-9]{11}[0-9]{2}"),
    ("GB", "[A-Z]{4}[0-9]{14}"),
    ("GR", "[0-9]{7}[A-Z0-9]{16}"),
    ("HU", "[0-9]{24}"),
    ("IE", "[A-Z]{4}[0-9]{14}"),
    ("IT", "[A-Z][0-9]{10}[A-Z0-9]{12}"),
    ("LU", "[0-9]{3}[A-Z0-9]{13}"),
    ("MT", "[A-Z]{4}[0-9]{5}[A-Z0-9]{18}"),
    ("NL", "[A-Z]{4}[0-9]{10}"),
    ("NO", "[0-9]{11}"),
    ("PL", "[0-9]{24}"),
    ("PT", "[0-9]{21}"),
    ("SA", "[0-9]{2}[A-Z0-9]{18}"),
    ("SE", "[0-9]{20}"),
    ("TR", "[0-9]{6}[A-Z0-9]{16}"),
    ("UA", "[0-9]{6}[A-Z0-9]{19}"),
];

/// What may stand around a thing in a prompt, a log, a file or a request.
pub(crate) const PLACES: &[&str] = &[
    "{}",
    "it is {}, thank you",
    "Please use {}.",
    "export KEY={}",
    "KEY='{}' ./run",
    r#"{"value":"{}","n":1}"#,
    "Authorization: Bearer {}",
    "2026-11-25T10:00:00Z INFO sent value={} status=200",
    "name;{};2026-11-25",
    "<td>{}</td>",
    "({})",
    "see `{}`\nand more",
    "https://example.org/?value={}&page=2",
    "Überweisung für Zoë: {} – danke",
    "1. {}",
    "first {} then",
];

/// Texts of these forms, the same ones each time.
pub(crate) struct Samples(TestRunner);

impl Samples {
    pub(crate) fn new() -> Self {
        Self(TestRunner::deterministic())
    }

    pub(crate) fn of(&mut self, form: &str) -> String {
        string_regex(form).unwrap().new_tree(&mut self.0).unwrap().current()
    }

    /// What is in braces in the form, and the whole with it.
    pub(crate) fn within(&mut self, form: &str) -> (String, String) {
        let (before, rest) = form.split_once('{').unwrap();
        let (form, after) = rest.rsplit_once('}').unwrap();
        let thing = self.of(form);
        (format!("{before}{thing}{after}"), thing)
    }

    /// A Spanish id: the letter for the remainder of 23.
    pub(crate) fn spanish_id(&mut self) -> String {
        let number = self.of("[1-9][0-9]{7}");
        let rest = number.parse::<usize>().unwrap() % 23;
        format!("{number}{}", &"TRWAGMYFPDXBNJZSQVHLCKE"[rest..=rest])
    }

    /// A number of a card: Luhn's check digit added.
    pub(crate) fn card(&mut self, begin: &str, length: usize) -> String {
        let begin = self.of(begin);
        let body = format!("{begin}{}", self.of(&format!("[0-9]{{{}}}", length - 1 - begin.len())));
        let sum: u32 = body
            .chars()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let digit = digit.to_digit(10).unwrap();
                if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
            })
            .sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    }

    /// An account: the check digits of ISO 7064 put in.
    pub(crate) fn account(&mut self, country: &str, form: &str) -> String {
        let body = self.of(form);
        let digits: String = format!("{body}{country}00")
            .chars()
            .map(|c| c.to_digit(36).unwrap().to_string())
            .collect();
        let rest = digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
        format!("{country}{:02}{body}", 98 - rest)
    }
}

/// The characters in groups of four.
pub(crate) fn grouped(text: &str, by: char) -> String {
    let mut grouped = String::new();
    for (place, c) in text.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            grouped.push(by);
        }
        grouped.push(c);
    }
    grouped
}
