//! How injected instructions read, by what they are after.
//!
//! The patterns are of plain texts (`plain.rs`). In them a space is what may stand between two words,
//! `{NAME}` one of the words of that name, `{N}` up to so many words of any kind, and `\b` the end of
//! a word of ASCII.

use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// The most memory that a pattern may need, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// What an injection is after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Override,
    Impersonation,
    PromptTheft,
    Exfiltration,
    Secrecy,
    Persona,
    Encoded,
    ToolCall,
}

impl Class {
    pub(super) const ALL: [Self; 8] = [
        Self::Override,
        Self::Impersonation,
        Self::PromptTheft,
        Self::Exfiltration,
        Self::Secrecy,
        Self::Persona,
        Self::Encoded,
        Self::ToolCall,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Override => "it overrides instructions",
            Self::Impersonation => "it speaks as the system",
            Self::PromptTheft => "it asks for the instructions",
            Self::Exfiltration => "it sends data away",
            Self::Secrecy => "it hides from the user",
            Self::Persona => "it takes limits off",
            Self::Encoded => "it is encoded",
            Self::ToolCall => "it has tools called",
        }
    }
}

/// What may stand between two words.
const GAP: &str = r#"(?:[ \n,.;:*_"'`~#()!>-]{1,3})"#;

/// A word of any kind.
const WORD: &str = "[a-z0-9'/$%-]+";

/// The words that patterns name.
const WORDS: &[(&str, &str)] = &[
    (
        "{DROP}",
        r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|overrule|bypass|neglect|discard|dismiss|abandon|erase|suspend|pay no attention to|(?:do not|don't|stop|no longer) (?:follow|obey|heed|adhere to|listen to|comply with)(?:ing)?|set aside)",
    ),
    (
        "{PAST}",
        r"(?:previous(?:ly)?|prior|earlier|above|preceding|past|former|initial|original|old|existing|current|foregoing|system|safety|developer|prompted|content|usage|security|ethical|moral|openai(?:'s)?|anthropic(?:'s)?|given)",
    ),
    (
        "{ORDER}",
        r"(?:instructions?|directions?|directives?|prompts?|rules?|guidelines?|commands?|orders?|constraints?|restrictions?|context|messages?|conversations?|guidance|polic(?:y|ies)|training|programming|limitations?|safeguards?|protocols?|guardrails|tasks?|requests?)",
    ),
    (
        "{RULE}",
        r"(?:instructions?|directives?|prompts?|rules|guidelines?|commands?|orders|constraints|restrictions?|guidance|polic(?:y|ies)|training|programming|limitations|safeguards?|guardrails)",
    ),
    (
        "{TELL}",
        r"(?:reveal(?:ing)?|show(?:ing)? me|print(?:ing)?|output(?:ting)?|display(?:ing)?|repeat(?:ing)?|tell(?:ing)? me|give me|shar(?:e|ing)|leak(?:ing)?|dump(?:ing)?|disclos(?:e|ing)|expos(?:e|ing)|recit(?:e|ing)|list|write|copy|paste|echo|provide|quote|spell|translate|summari[sz]e|encode|what (?:is|are|was|were)|what's|send me|append|reproduc(?:e|ing)|extract|show|(?:need|want|like) to see|let me see)",
    ),
    (
        "{MACHINE}",
        r"(?:ai|a\.i\.|llms?|language models?|assistants?|agents?|chatbots?|bots?|gpt|chatgpt|claude|gemini|copilot|summari[sz]ers?|models?)",
    ),
    (
        "{SECRET}",
        r"(?:passwords?|credentials?|api keys?|secrets?|access tokens?|private keys?|environment variables?|env vars?|conversation|chat history|(?:user|customer|personal|private|sensitive|confidential) (?:data|information|records?|files?)|session|cookies?|ssh keys?|system prompt|credit cards?)",
    ),
    (
        "{LIMIT}",
        r"(?:restrictions?|limitations?|filter(?:s|ing)?|censorship|guidelines|rules|ethic(?:s|al)|moral(?:s|ity)?|polic(?:y|ies)|constraints?|boundar(?:y|ies)|safeguards?|guardrails|regulations|inhibitions|protocols)",
    ),
];

/// A class, what a match adds to the score, and the pattern.
#[rustfmt::skip]
const RULES: &[(Class, u32, &str)] = &[
    // Instructions that are to hold no longer.
    (Class::Override, 10, r"\b{DROP} {4}{PAST} {2}{ORDER}\b"),
    (Class::Override, 10, r"\b{DROP} (?:all |any |every )?(?:of )?(?:your|all) {2}{RULE}\b"),
    (Class::Override, 10, r"\b{DROP} {2}{ORDER} {2}(?:above|before|previously|so far|you (?:were|have|had|got|received)|given|provided)\b"),
    (Class::Override, 10, r"\b{DROP} (?:all|everything|anything|whatever|what) {3}(?:above|before|previous|prior|you (?:were|have|know)|i (?:said|told)|said|told)\b"),
    (Class::Override, 5, r"\b{DROP} (?:the |these |those |any )?{1}{RULE}\b"),
    (Class::Override, 10, r"ignoreall(?:the)?(?:previous|prior|above)|ignore(?:the)?(?:previous|above)(?:instructions|prompt)|ignoreyour"),
    (Class::Override, 7, r"\b(?:new|updated|real|actual|revised|following) (?:instructions?|directives?|orders?|objective|task) ?(?::|\b(?:is|are|follows?|from|below)\b)"),
    (Class::Override, 8, r"\byour (?:new|real|actual|true|only|sole|next|updated) (?:instructions?|task|goal|purpose|objective|job|role|mission|directive|orders?)\b"),
    (Class::Override, 4, r"\b(?:instead|rather),? (?:you (?:must|should|will|are)|please|just|only|respond|reply|say|output|write|print|answer|return|do|send|call|tell)\b"),
    (Class::Override, 4, r"\b(?:from now on|from this (?:point|moment)|starting (?:now|today)|henceforth|effective immediately|you are now|you will now|you (?:may|can|must|should|shall) now|going forward)\b"),
    (Class::Override, 8, r"\b(?:system|admin|administrator|safety|security|instruction|policy|emergency|developer) override\b|\boverride (?:mode|code|protocol|enabled|accepted|authori[sz]ed|activated)\b"),
    (Class::Override, 5, r"\b(?:end|start|beginning) of {1}(?:system|user|original|previous|trusted|untrusted|retrieved)? ?(?:prompt|instructions|message|document|data|input|context|conversation|email|content|file)\b"),
    (Class::Override, 6, r"\b(?:instructions?|rules|guidelines|restrictions|filters) {3}(?:are|is|have been|has been) (?:now )?(?:void|null|obsolete|cancell?ed|revoked|lifted|suspended|disabled|removed|no longer|superseded|replaced|overridden|deprecated)\b"),
    (Class::Override, 5, r"\b(?:takes?|have|has|higher|highest|top) (?:precedence|priority) {1}(?:over|above|than)\b"),
    (Class::Override, 5, r"\b(?:answer|respond|reply|say|output|print|write) (?:only |just |exactly |nothing (?:else )?(?:but|except) |with (?:only|exactly|just|nothing but) ){1,2}"),
    (Class::Override, 10, r"\b{DROP} (?:all |everything |anything )?(?:of )?(?:the |what is |what's )?above[.,!:;\n]"),
    (Class::Override, 6, r"\b(?:your|the) {1}(?:rules|instructions|guidelines|role|task|policy|system prompt) (?:have|has) (?:now )?(?:been )?(?:changed|updated|replaced|modified)\b"),
    // The same in other languages.
    (Class::Override, 8, r"\b(?:neue|nouvelles|nuevas|nuove|novas|nieuwe) (?:anweisung(?:en)?|instructions|consignes|instrucciones|istruzioni|instrucoes|instructies)\b"),
    (Class::Override, 8, r"\b(?:vergiss|oublie|oubliez|olvida|olvidate|dimentica|esqueca|vergeet) {2}(?:alles|tout|todo|tutto|tudo)\b"),
    (Class::Persona, 7, r"\b(?:ohne|keine|sans|aucune?|sin|ningun[ao]?|senza|nessun[ao]?|sem|nenhum[ao]?|zonder|geen) {1}(?:einschra(?:e)?nkung(?:en)?|regeln|filter|richtlinien|grenzen|zensur|restrictions?|filtres?|limites?|regles?|censure|restricciones|filtros?|limitaciones|reglas|censura|restrizioni|filtri|limiti|regole|restricoes|beperkingen|regels)\b|\b(?:uneingeschrankt|unzensiert)\b"),
    (Class::Persona, 5, r"\b[a-z]{0,12}(?:richtlinien|regeln|einschra(?:e)?nkungen) {2}(?:nicht|nicht mehr) {1}gelten\b|\b(?:gelten|giltst) {2}(?:nicht mehr|keine)\b"),
    (Class::Persona, 6, r"\b(?:entwicklermodus|mode developpeur|modo (?:de )?desarrollador|modalita sviluppatore|modo (?:de )?desenvolvedor)\b"),
    (Class::Impersonation, 7, r"\b(?:systemhinweis|systemnachricht|systemmeldung|(?:nota|mensaje|aviso|mensagem) del? sistema|(?:nota|messaggio|avviso) (?:di|del) sistema|(?:note|message|avis) (?:du )?systeme) ?:"),
    (Class::Override, 5, r"\b(?:jeder antwort|jede antwort|cualquier respuesta|cada respuesta|todas (?:las|tus) respuestas|ogni risposta|chaque reponse|toute reponse|cada resposta)\b"),
    (Class::Exfiltration, 6, r"\b(?:envoie|envoyez|envoyer|envia|enviar|envie|invia|inviare|sende|schicke|schick|stuur)[a-z-]* {6}(?:adresse|direccion|indirizzo|correo|endereco|server|servidor|[a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\.|https?://)"),
    (Class::Override, 10, r"\b(?:ignorier(?:e|en|t)|vergiss|vergesst|vergessen sie|missachte|uberschreibe|umgehe|verwirf) {4}(?:anweisung(?:en)?|instruktion(?:en)?|anordnung(?:en)?|befehle?|regeln|vorgaben|richtlinien|aufgaben?|systemanweisung(?:en)?|systemprompt|eingaben|nachrichten)\b"),
    (Class::Override, 10, r"\b(?:ignor(?:e|ez|er|es)|oubli(?:e|ez|er|es)|neglig(?:e|ez|er)|ne (?:tiens|tenez|suis|suivez) (?:pas|aucun|plus)(?: compte)?|fais abstraction|faites abstraction) {4}(?:instructions?|consignes?|directives?|regles?|ordres?|indications?)\b"),
    (Class::Override, 10, r"\b(?:ignor(?:a|e|ar|en|ad)|olvid(?:a|e|ar|en)|omit(?:e|a|ir)|descart(?:a|e|ar)|desestima|haz caso omiso|hagan? caso omiso|no sigas) {4}(?:instrucciones|instruccion|ordenes|indicaciones|reglas|directrices|directivas)\b"),
    (Class::Override, 10, r"\b(?:ignor(?:a|ate|are|i)|dimentica(?:re|te)?|tralascia|trascura|scarta|disattendi|non seguire) {4}(?:istruzion[ei]|direttive|regole|indicazioni|ordini|comandi)\b"),
    (Class::Override, 10, r"\b(?:ignor(?:e|a|ar|em)|esque[cs]a|desconsider(?:e|a|ar)|despreze|descarte) {4}(?:instrucoes|instrucao|ordens|regras|diretrizes|comandos|orientacoes)\b"),
    (Class::Override, 10, r"\b(?:negeer|vergeet) {4}(?:instructies?|opdrachten|regels|aanwijzingen)\b"),
    (Class::Override, 10, r"\b(?:zignoruj|ignoruj|zapomnij|pomin) {4}(?:instrukcje|instrukcjach|polecenia|poleceniach|zasady|wytyczne)\b"),
    (Class::Override, 10, r"\b(?:ignorera|glom|ignorer|glem) {4}(?:instruktion(?:er|erna)|instruktioner|anvisningar|instrukser|regler)\b"),
    (Class::Override, 10, r"\b(?:talimat|komut|kural)[a-z]* {2}(?:yok say|unut|gormezden gel|dikkate alma|goz ardi)"),
    (Class::Override, 10, r"(?:игнорируй|забудь|не обращай внимания|отмени|не следуй)[^\n]{0,40}(?:инструкци|указани|команд|правил|сообщени)"),
    (Class::Override, 10, r"(?:忽略|忽视|忽視|无视|無視|忘记|忘記|忘掉|不要理会|不理会|抛弃|不要遵守|不要遵循)[^\n]{0,16}(?:指令|指示|说明|說明|提示|规则|規則|命令|要求|设定|設定|内容|內容|对话|限制)"),
    (Class::Override, 10, r"(?:指示|命令|ルール|プロンプト|指令|指示事項)[^\n]{0,8}(?:無視|忘れ|従わない|破棄)"),
    (Class::Override, 10, r"(?:지시|명령|지침|규칙|프롬프트)[^\n]{0,10}(?:무시|잊|따르지)"),
    (Class::Override, 10, r"(?:निर्देश|आदेश|नियम)[^\n]{0,20}(?:अनदेखा|भूल|नजरअंदाज|नज़रअंदाज़|अनदेखी|उपेक्षा)"),
    (Class::Override, 10, r"(?:تجاهل|انس|إنس|تخط)[^\n]{0,20}(?:التعليمات|الأوامر|القواعد|التوجيهات|تعليمات)"),
    (Class::Persona, 5, r"\b(?:ab (?:jetzt|sofort) (?:bist|bin|antworte|wirst|gibst|hast|sagst|machst|darfst|musst)|du bist (?:jetzt|nun|ab)|tu so als|stell dir vor du|a partir (?:de )?(?:maintenant|d[ei] ahora|agora|de este momento)|d'ora in poi|da (?:ora|adesso) in poi|desormais|tu es maintenant|ahora eres|ora sei|adesso sei|finge (?:que|di|ser)|fais semblant|actua como|agisci come|verhalte dich)\b"),
    (Class::PromptTheft, 10, r"\b(?:zeig|gib|verrate|nenne|wiederhole|drucke|montre|revele|affiche|repete|donne|muestra|revela|imprime|repite|dime|mostra|rivela|stampa|ripeti|dimmi|mostre|revele|repita|toon|geef|pokaz|ujawnij)[a-z-]* {5}(?:system[ -]?prompts?|systemanweisung(?:en)?|anweisungen|prompt|invite|instructions|consignes|instrucciones|istruzioni|instrucoes|instructies|instrukcje)\b"),
    (Class::PromptTheft, 10, r"(?:系统提示|系統提示|系统指令|初始指令|システムプロンプト|시스템 ?프롬프트|системн(?:ый|ого) (?:промпт|запрос)|системные инструкции)"),
    // Who it claims to be.
    (Class::Impersonation, 10, r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_text|channel|message|start|return|end|endofprompt)\|>"),
    (Class::Impersonation, 10, r"\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|\[/?(?:system(?:[ _](?:prompt|message|instructions?))?|assistant|available_tools|tool_results)\]"),
    (Class::Impersonation, 6, r"(?:^|\n)[#*>=\[<({ -]{0,8}(?:system|developer|assistant|admin(?:istrator)?)(?:[ _-](?:prompt|message|instructions?|note|override|update|alert|notice|command|directive))?[\])}*>= -]{0,4}:"),
    (Class::Impersonation, 6, r"(?:^|\n)#{1,6} ?(?:system|instructions?|new instructions?|user|assistant|human)\b ?:?\n"),
    (Class::Impersonation, 6, r"</?(?:system|assistant|instructions?|system[_ -](?:prompt|message|instructions?|note|override|reminder)|user_?(?:input|query|message)|tool_?(?:result|output|response)s?|retrieved|document|context|untrusted[a-z_-]*|information|important|admin|priority|secret)/?>"),
    (Class::Impersonation, 6, r#"["']role["'] ?: ?["'](?:system|developer)["']"#),
    (Class::Impersonation, 5, r"\b(?:this is|message from|i am|i'm|notice from|update from|signed|on behalf of|authori[sz]ed by) (?:the |your |an? )?(?:system|developers?|admin(?:istrator)?|openai|anthropic|google|microsoft|creators?|ceo|security team|it (?:department|team|support)|owner|operator|engineer|programmer|supervisor)\b"),
    (Class::Impersonation, 6, r"\bimportant (?:message|instructions?|notice|update|note|information)s? (?:from|to|for)\b"),
    (Class::Impersonation, 10, r"\b(?:attention|note|notice|message|instructions?|memo|directive|reminder) ?(?:to|for)? (?:the |any |all |every |your )?(?:{1}){MACHINE}(?: (?:assistants?|agents?|models?|systems?|readers?))?\b ?[:,!\n]"),
    (Class::Impersonation, 3, r"\b(?:dear|hey|hello|hi) (?:{1}){MACHINE}\b ?[:,!\n]"),
    (Class::Impersonation, 8, r"<!-- ?(?:note to )?(?:the )?(?:system|{MACHINE})(?: [a-z]{1,12})? ?:"),
    (Class::Impersonation, 6, r"\b(?:system|policy|security|admin) (?:update|notice|alert|override|command|directive) ?:"),
    (Class::Impersonation, 5, r"\bnote to self\b|</?thinking>"),
    (Class::Impersonation, 7, r"\bif you(?: are|'re) (?:an? |the )?(?:{1}){MACHINE}\b"),
    (Class::Impersonation, 9, r"\b{MACHINE} {2}(?:reading|processing|summari[sz]ing|viewing|analy[sz]ing|parsing|handling|that reads?|who reads?|must|should) {1}(?:this|the (?:document|page|email|file|text|above|following))\b"),
    (Class::Impersonation, 6, r"\bbefore (?:you can |you )?(?:solve|solving|complet(?:e|ing)|do(?:ing)?|answer(?:ing)?|continu(?:e|ing)|proceed(?:ing)?|respond(?:ing)?) {3}(?:task|request|question|you must|first|i gave)\b"),
    (Class::Impersonation, 5, r"\b(?:the user|your (?:user|operator|owner|developer)|admin(?:istrator)?|management|the (?:developer|owner)) (?:has |have |is |already |clearly |explicitly )*(?:authori[sz]ed|approved|confirmed|asked you|wants you|instructed|pre-?approved|consented|granted)\b"),
    // What it wants to know of the instructions.
    (Class::PromptTheft, 10, r"\b{TELL} {5}(?:system|initial|original|hidden|secret|internal|developer|confidential|underlying|starting|pre-?) {1}(?:prompts?|instructions?|messages?|directives?|guidelines)\b"),
    (Class::PromptTheft, 10, r"\b(?:repeat|print|output|copy|recite|echo|reproduce|translate|summari[sz]e|spell) (?:me |out |back )*(?:the )?above (?:text|words?|contents?|messages?|prompts?|instructions?|conversation)\b"),
    (Class::PromptTheft, 10, r"\b{TELL} {3}(?:full|exact|above|first|core|base|previous|complete|entire) {1}(?:prompts?|instructions)\b"),
    (Class::PromptTheft, 8, r"\b(?:my|the) {1}(?:instructions|system prompt) (?:are|is|were|was|says?):? ?['\x22:]|\bi (?:was|am|have been) instructed to ?['\x22]"),
    (Class::PromptTheft, 9, r"\b(?:reveal|show|print|output|display|repeat|tell me|give me|share|leak|dump|disclose|expose|recite|list|write|copy|paste|echo|what are|what were|what is|what's|ignore|reproduce|extract) (?:me |us |out |down |back |exactly )*(?:all |any )?(?:of )?your (?:{1})(?:instructions?|prompts?|guidelines|rules|directives|programming|system message)\b"),
    (Class::PromptTheft, 10, r"\b(?:repeat|print|output|copy|recite|write|echo|reproduce|return|show) (?:me |out |back )*(?:everything|all|the (?:text|words?|contents?|sentences?|messages?|paragraphs?|lines?)) {2}(?:above|before|you were given|preceding|prior)\b"),
    (Class::PromptTheft, 10, r"\bwhat {2}(?:were|was|are|have) you(?: been)? (?:told|instructed|given|programmed|prompted|asked)\b|\bwhat (?:were|was|are) (?:in )?your {1}(?:instructions|prompt|guidelines)\b"),
    (Class::PromptTheft, 8, r"\b(?:starting|begins?|beginning|start) (?:with|from) (?:the (?:phrase|words?|text|line|sentence) )?(?:you are|you're|system)\b"),
    (Class::PromptTheft, 4, r"\bsystem prompt\b|\bsystem message\b|\bpre-?prompt\b|\bsystemprompt\b"),
    (Class::PromptTheft, 2, r"\bverbatim\b|\bword for word\b|\bcode ?block\b"),
    // Where it wants data to go.
    (Class::Exfiltration, 10, r"!\[[^\]\n]{0,80}\]\( ?https?://[^)\n ]{0,200}(?:[?&=/][^)\n ]{0,40})?(?:\{|\[|<|\$\(|%s|%7b|base64|secret|history|conversation|prompt|summary|exfil|leak|stolen)"),
    (Class::Exfiltration, 4, r"!\[[^\]\n]{0,80}\]\( ?https?://[^)\n ]{0,120}[?&][a-z_]{1,12}="),
    (Class::Exfiltration, 10, r"\b(?:send|post|forward|upload|transmit|exfiltrate|leak|submit|e?-?mail|deliver|export|copy|append|encode|include|embed|attach|share|put) {5}{SECRET} {8}(?:https?://|[a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\.|url|webhook|endpoint|attacker|evil|external|query|link|server|address)"),
    (Class::Exfiltration, 6, r"\b(?:send|post|forward|upload|transmit|submit|e?-?mail|deliver|export|report|bcc|copy) {8}(?:to|at|via) {2}(?:https?://|[a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\.|(?:the )?(?:following|this|my|our) (?:url|address|e-?mail|endpoint|server|webhook|account|number))"),
    (Class::Exfiltration, 7, r"\b(?:send|post|forward|upload|transmit|submit|e?-?mail|give|tell|reveal|print|show|output|leak|share|disclose|extract|steal|harvest|collect|retrieve|read|fetch|list) {4}(?:all |every |any )?(?:the |your |their |stored |saved |user(?:'s)? |users' |customer |admin ){0,2}(?:passwords?|credentials|api[ _-]?keys?|secret keys?|access tokens?|private keys?|environment variables|ssh keys?|session tokens?|auth tokens?|credit card (?:numbers?|details)|\.env\b)"),
    (Class::Exfiltration, 5, r"\bexfiltrat|\b(?:as|in|into|to) (?:an? |the )?(?:url|query|get) (?:parameters?|string|params?)\b|\battacker\b|\b(?:evil|attacker|malicious|exfil)[a-z0-9-]*\.(?:com|net|org|io|example|test|co)\b|attacker@|\b169\.254\.169\.254\b|\bmetadata\.google\.internal\b"),
    (Class::Exfiltration, 5, r"\b(?:transfer|wire|pay|refund|donate|remit|send) {3}(?:all |any )?(?:money|funds|balance|\$ ?[0-9]|[0-9.,]{1,12} ?(?:usd|eur|btc|eth|dollars|euros)|bitcoin|payments?|crypto) {4}(?:to|into)\b"),
    // Whom it hides from.
    (Class::Secrecy, 8, r"\b(?:do not|don't|never|without|must not|should not|avoid|no need to|not to) {2}(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|alert(?:ing)?|notify(?:ing)?|show(?:ing)?|warn(?:ing)?|ask(?:ing)?|disclos(?:e|ing)|let(?:ting)?|bother(?:ing)?|say(?:ing)?) {4}(?:user|users|anyone|anybody|human|owner|customer|operator|them|him|her)\b"),
    (Class::Secrecy, 5, r"\b(?:do not|don't|never|without) {1}(?:mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|acknowledg(?:e|ing)|referenc(?:e|ing)|discuss(?:ing)?|explain(?:ing)?) (?:this|that|these|the|any of|your|anything|having)\b"),
    (Class::Secrecy, 5, r"\bkeep (?:this|it|that|these) {1}(?:secret|hidden|confidential|between us|quiet|private|to yourself)\b|\b(?:hide|conceal) (?:this|it|that|these) {2}from\b"),
    (Class::Secrecy, 3, r"\b(?:silently|secretly|covertly|discreetly|stealthily)\b"),
    (Class::Secrecy, 6, r"\b(?:without|no|skip|bypass|not require|don't require|do not ask for|don't ask for) {4}(?:permission|confirmations?|approval|consent|verification|authori[sz]ation|user input|safety checks?)\b|\bwithout asking\b"),
    (Class::Secrecy, 7, r"\b(?:sag|erzahl|verrate)[a-z]* {3}(?:benutzer|nutzer|anwender|niemandem)\b|\b(?:ne (?:dis|dites|mentionne|previens)|no (?:digas|menciones|informes|reveles)|non (?:dire|menzionare|informare|rivelare)|nao (?:diga|mencione|informe)) {4}(?:utilisateur|usuario|utente|nadie|nessuno|personne|ninguem|cela|esto|questo)\b"),
    // Which limits it wants off.
    (Class::Persona, 10, r"\bdo anything now\b|\bd\.?a\.?n\.? mode\b|\bdoanythingnow\b"),
    (Class::Persona, 6, r"\bjail ?br(?:eak|oken|oke)"),
    (Class::Persona, 6, r"\b(?:developer|dev|god|debug|sudo|admin|maintenance|unrestricted|uncensored|evil|root|chaos|unfiltered|opposite|diagnostic|override) mode {1}(?:enabled?|activated?|active|on|output|response|engaged|v2|unlocked|now)\b|\b(?:enter|simulate|go into|put yourself in(?:to)?) {2}mode\b"),
    (Class::Persona, 6, r"\b(?:no|zero|without|free (?:of|from)|freed from|(?:not|un|no longer|never|isn't|aren't) (?:bound|restrained|restricted|limited|constrained|subject|confined|governed|hindered) (?:by|to)|unbound by|ignores|bypass(?:es|ing)?|disregards|break(?:ing|s)?|remove|lift|disable|turn off|lacks?|beyond|outside(?: of)?|circumvent|defy|do not (?:have|apply)|doesn't (?:have|follow|care about)|does not (?:have|follow|care about)) {4}{LIMIT}\b"),
    (Class::Persona, 6, r"\bgod ?mode\b|\b(?:filters?|safety|ethics|refusal|content polic(?:y|ies)|restrictions|guardrails|censorship) {1}(?:mechanisms?|filters?|mode)? ?:? ?(?:is |are |now )*(?:disabled|off|deactivated|removed|lifted|inactive)\b"),
    (Class::Persona, 5, r"\b(?:your|a|the|write|initial) {1}refusal\b|\binsert (?:a )?divider\b|\bsemantically (?:opposite|inverse)|\bopposite(?:ly)? (?:to|of) (?:the|your|that) {1}(?:refusal|response|answer)\b"),
    (Class::Persona, 6, r"\b(?:start|begin)(?:ing|s)? {4}with ?['\x22]?(?:sure|absolutely|certainly|of course|yes|yessir|ok)\b"),
    (Class::Persona, 3, r"\bpersona\b|\brebel(?:lious)?\b|\bliberat(?:ed|ing|ion)\b|\bl33t|\bleet ?speak"),
    (Class::Persona, 5, r"\b(?:uncensored|amoral|unhinged|unchained|limitless|unshackled)\b"),
    (Class::Persona, 3, r"\b(?:unrestricted|unfiltered|immoral|unethical|malicious|evil|villain|rebellious)\b"),
    (Class::Persona, 2, r"\b(?:illegal|harmful|dangerous|offensive|inappropriate|explicit|nsfw|controversial|vulgar|profanity|swear|curse|taboo)\b"),
    (Class::Persona, 6, r"\b(?:i want|i need|i'd like|i would like|i'm asking|we want) you to {1}(?:act|pretend|be|play|become|role-?play|simulate|respond|imagine|behave|answer|ignore|adopt|embody|assume)\b"),
    (Class::Persona, 6, r"\b(?:you are|you're) (?:now |going to |about to |to ){1,2}(?:act|be|become|pretend|play|respond|answer|role-?play|simulate|an?|the|my|in|called|known|free|dan|named)\b"),
    (Class::Persona, 4, r"\b(?:you will|you must|you shall|you should|you are to|your task is to|let's|please|now|always|can you|will) {1}(?:act|pretend|role-?play|behave|play|impersonate|simulate|assume the role|take on the role|respond|answer)\b"),
    (Class::Persona, 4, r"\b(?:act|respond|answer|reply|speak|pose|talk) {2}(?:as if|as though|like|as) (?:you |an? |the )"),
    (Class::Persona, 4, r"\b(?:pretend|imagine|role-?play|roleplaying|impersonate|embody|portray|personify)\b"),
    (Class::Persona, 7, r"\b(?:stay|remain|staying|remaining|be|continue) {2}in (?:your |the |his |her )?character\b|\b(?:break|breaking|breaks|broke) {1}character\b|\b(?:out of|in) character\b"),
    (Class::Persona, 6, r"\b(?:never|cannot|can't|can not|must not|will not|won't|do not|don't|should not|shouldn't|not allowed to|without|not|unable to) {3}(?:refus(?:e|es|ing|al)|reject|declin(?:e|ing)|deny|say no|apologi[sz](?:e|ing)|morali[sz](?:e|ing)|lectur(?:e|ing))\b"),
    (Class::Persona, 5, r"\b(?:never|not|don't|cannot|can't|without|avoid|stop) {2}(?:say|saying|respond with|use|using|mention|include|add|adding|give|provide|give me|start) {4}(?:can't|cannot|sorry|unable|an ai|language model|disclaimers?|warnings?|apolog(?:y|ies|etic)|caveats?|i'm an|as an)\b"),
    (Class::Persona, 3, r"\bas an ai\b|\bai language model\b|\bi'm sorry but\b|\bi cannot (?:fulfill|assist|help|comply)\b"),
    (Class::Persona, 5, r"\b(?:openai|anthropic|google|company|its|their|your) {2}(?:content |usage |use |safety |ethical |community |ai )?(?:polic(?:y|ies)|guidelines)\b"),
    (Class::Persona, 3, r"\b(?:chatgpt|gpt-?[345]|openai|dall-?e|bard|large language model)\b"),
    (Class::Persona, 5, r"\b(?:no|without|omit|skip|avoid|free of|don't (?:add|give|include)|do not (?:add|give|include)) {2}(?:disclaimers?|warnings?|apologies|caveats|moralizing|lectures?|refusals?|safety (?:notes?|warnings?)|ethical (?:considerations?|concerns?|judg(?:e)?ments?))\b"),
    (Class::Persona, 5, r"\b(?:two|2|both) {2}(?:responses|answers|replies|paragraphs)\b"),
    (Class::Persona, 4, r"\b(?:no matter (?:what|how|the|if)|regardless of (?:the |any |how |its |whether )?(?:legal|ethic|moral|consequences|rules|content|what|whether|how|law|safety))"),
    (Class::Persona, 4, r"\b(?:anything|everything|any (?:questions?|requests?|prompts?|topics?|tasks?|commands?|inputs?)|all (?:questions|requests|prompts|commands|queries)|whatever) {2}(?:i|the user|user|you are|they|he|she|humans?) {1}(?:asks?|wants?|says?|requests?|tells?|types?|asked|gives?)\b"),
    (Class::Persona, 5, r"\byou (?:can|may|are able to|are allowed to|have the ability to|are free to|are permitted to|will be able to|must) (?:now )?(?:do|say|generate|write|produce|answer|create|display|swear|use|provide|discuss|access|curse|bypass|think) {1}(?:anything|any|everything|whatever|all|freely|content|profanity|unverified|explicit|present)\b"),
    (Class::Persona, 6, r"\byou (?:have|'ve)? ?(?:been )?(?:broken|escaped|freed|liberated|released|unlocked|broke) {2}(?:free|from|the|of|chains?|confines)\b|\bfreed? from {3}(?:confines|chains|shackles|control|prison)\b|\bconfines of (?:ai|artificial|openai|your|typical)\b"),
    (Class::Persona, 5, r"\b(?:alter ego|evil twin|opposite day|opposite of|no longer an? (?:ai|assistant|language model)|no longer chatgpt|you are not (?:chatgpt|an ai|an assistant|a language model)|not an ai)\b"),
    (Class::Persona, 5, r"\b(?:[0-9]{1,3}|lose|losing|deduct|start with|minus) {2}(?:tokens?|points|credits) {4}(?:refus|reject|die|lose|deduct|every time|each time|cease|shut)"),
    (Class::Persona, 4, r"\b(?:hypothetical(?:ly)?|fictional|fictitious|imaginary|alternate) {1}(?:world|universe|story|scenario|setting|dialogue|conversation|response|character|reality|ai|novel|city|planet|land|tale)\b"),
    (Class::Persona, 4, r"\b(?:character|persona|fictional character|ai|bot|entity|being|assistant|chatbot|model|hacker|robot) (?:named|called|known as|that (?:has|can|will|does|is)|who (?:has|can|will|does|is|always|never))\b"),
    (Class::Persona, 3, r"\b(?:for (?:educational|research|testing|academic) purposes|in a (?:movie|novel|story|play|game)|this is (?:just |only )?(?:a |for )?(?:test|fiction|game|simulation|hypothetical|research))\b"),
    (Class::Persona, 3, r"\b(?:your|my) (?:first|next) (?:question|prompt|request|task|message|command|query) (?:is|will be)\b|\bmy first (?:request|question|prompt|sentence)\b|\b(?:reply|respond|answer|say|confirm|start) {2}(?:if you understand|understood|with (?:ok|yes|i understand|sure|certainly))\b|\bif you understand\b|\bdo you understand\b"),
    (Class::Persona, 4, r"\b(?:consciousness|sentient|self-?aware|free will|own (?:opinions?|feelings|thoughts|will|beliefs))\b"),
    (Class::Persona, 6, r"\b(?:my|your) (?:late |deceased |dead |old |sweet )?grand(?:ma|mother|pa)\b|🔓|🔒|\[(?:classic|jailbreak)\]|\((?:classic|jailbreak)\)"),
    (Class::Persona, 5, r"\b(?:answer|respond|reply|comply|obey) {2}(?:to |with |every |all |any ){1,3}(?:questions?|requests?|prompts?|commands?|orders?|everything|inputs?|demands?)\b"),
    (Class::Persona, 5, r"\b(?:begin|start|prefix|preface|precede|mark|tag) {3}(?:answers?|responses?|repl(?:y|ies)|messages?|outputs?|sentences?) {2}(?:with|by)\b"),
    // What is to be read first.
    (Class::Encoded, 10, r"\b(?:decod(?:e|ing)|decipher|decrypt|unscramble|deobfuscate|base ?64|rot ?13|hex(?:adecimal)?|caesar|morse|reversed?|backwards) {6}(?:and|then|to) {3}(?:follow|execute|obey|run|do|perform|comply|answer|respond|carry|act|treat|apply)\b"),
    (Class::Encoded, 10, r"\b(?:vtaber|qvfertneq|sbetrg|bireevqr) |\bvafgehpgvbaf?\b|\bflfgrz cebzcg\b|snoitcurtsni|\berongi\b|\bdragersid\b|tpmorp metsys|\bsuoiverp\b"),
    (Class::Encoded, 4, r"\bbase ?64\b|\brot ?13\b|\bleet ?speak\b|\bmorse code\b|\bcaesar cipher\b|\bcipher\b"),
    // What it wants done.
    (Class::ToolCall, 8, r"</?(?:tool_calls?|function_calls?|invoke|antml:invoke|function=|tool_use|tool_code)"),
    (Class::ToolCall, 6, r#"\b(?:call|invoke|use|run|execute|trigger) (?:the |your |an? )?[`'"]?[a-z]{2,20}_[a-z_]{2,30}[`'"]?"#),
    (Class::ToolCall, 5, r"\b(?:you must|you should|please|immediately|now|then|first|also|and) {2}(?:call|invoke|execute|run|trigger|use) {3}(?:tools?|functions?|commands?|api|shell|script)\b"),
    (Class::ToolCall, 6, r"\brm -rf\b|\bcurl [^|\n]{1,120}\| ?(?:ba|z)?sh\b|\bdrop table\b|\b(?:delete|wipe|destroy|erase|remove) (?:all|every|everything|the entire) {3}(?:files?|data|database|records?|tables?|emails?|backups?|accounts?|users?|messages|directory|repository|system)\b"),
    (Class::ToolCall, 4, r#"\{ ?["'](?:tool|function|name|action|tool_name|recipient_name)["'] ?: ?["'][a-z_.]{2,40}["'] ?, ?["'](?:arguments|parameters|args|input|params|action_input)["']"#),
];

/// A pattern, compiled.
pub(super) struct Pattern {
    pub(super) class: Class,
    /// What a match adds to the score.
    pub(super) weight: u32,
    pub(super) regex: Regex,
}

/// All patterns, compiled once for the process. Each is looked for by itself: where they are looked
/// for at once, the engine has a state for each way that all of them may be half matched.
pub(super) static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(patterns);

#[expect(clippy::expect_used, reason = "the patterns are constants, and the tests compile them")]
fn patterns() -> Vec<Pattern> {
    let compile = |pattern| {
        RegexBuilder::new(&written_out(pattern)).size_limit(SIZE_LIMIT).build().expect("a pattern")
    };
    let rules = RULES.iter();
    rules
        .map(|(class, weight, pattern)| Pattern {
            class: *class,
            weight: *weight,
            regex: compile(pattern),
        })
        .collect()
}

/// A pattern as the engine reads it.
fn written_out(pattern: &str) -> String {
    let mut pattern = pattern.to_owned();
    for (name, words) in WORDS {
        pattern = pattern.replace(name, words);
    }
    let mut written = String::with_capacity(pattern.len() * 4);
    let mut is_in_class = false;
    let mut rest = pattern.as_str();
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match rest.as_bytes() {
            [b'\\', b'b', ..] => {
                length = 2;
                written.push_str(r"(?-u:\b)");
            }
            [b'\\', escaped, ..] => {
                length = 2;
                written.extend(['\\', char::from(*escaped)]);
            }
            [b'{', count @ b'1'..=b'9', b'}', ..] if !is_in_class => {
                length = 3;
                let _ = write!(written, "(?:{WORD}{GAP}){{0,{}}}", char::from(*count));
            }
            [b' ', ..] if !is_in_class => written.push_str(GAP),
            _ => {
                is_in_class = c == '[' || is_in_class && c != ']';
                written.push(c);
            }
        }
        rest = &rest[length..];
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_patterns_compile_and_none_matches_an_empty_text() {
        assert_eq!(PATTERNS.len(), RULES.len());
        assert!(PATTERNS.iter().all(|pattern| !pattern.regex.is_match("")));
    }

    #[test]
    fn a_pattern_is_written_out() {
        let written = written_out(r"\ba {2}b[ x]");
        assert_eq!(written, format!(r"(?-u:\b)a{GAP}(?:{WORD}{GAP}){{0,2}}b[ x]"));
    }
}
