"""Lines of text on which tokenizers differ: code, emoji, scripts, combining marks, white space, special tokens inside text.

Written for this project; the prose comes from its own presets. Knows no tokenizer.
"""

import json
import os

PRESETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "public", "presets")

CODE = [
    "for (let i = 0; i < n; i++) { sum += a[i] * b[i]; }", "\tif x != None:\n\t\treturn [y for y in x if y > 3.14]",
    "SELECT * FROM t WHERE id=42;", "#include <stdio.h>\r\nint main(void){return 0;}", "x = {'a': 1, \"b\": [2, 3]}  # note",
    "git commit -m 'fix: it''s done'", "https://example.org/a?b=c&d=%20e", "def f(x):\n    return x**2\n\n\nclass A:\n    pass\n",
    "let s = `a${b}c`;\n\n// end", "</div>\n  <p class=\"x\">a&nbsp;b</p>", "a/b//c///d\n/e", "\\frac{1}{2} \\alpha_{i}^{2}",
    "camelCaseNameHTTPServer snake_case_name SCREAMING_CASE", "0xDEADbeef 1e-7 0b1010 1_000_000", "{\"k\":[null,true,false,1.5e+3]}",
]
EMOJI = [
    "😀 hi 👩‍👩‍👧‍👦 family", "🏳️‍🌈🇫🇷 flags", "👍🏽 thumbs", "a😀b😀c", "❤️‍🔥", "🧑🏿‍🚀→🌕", "©®™ ☃︎☃️", "1️⃣2️⃣#️⃣", "🇩🇪🇯🇵🇧🇷", "🫠🫡🩷",
]
CHINESE = [
    "你好，世界！", "这个镇子在河边，市长住在山上。", "混合 English 和 中文 123 文本", "繁體字與日本語のテキスト", "ｆｕｌｌ　ｗｉｄｔｈ ＡＢＣ１２３",
    "「引用」——破折号……省略号", "東京都に住んでいます。カタカナとひらがな", "한국어도 있어요", "ㄱㄴㄷ 각 가나다", "𠮷野家で𠀋を食べる", "㍿㌔①②③㊙",
    "叁仟伍佰元整，合计￥3500", "〇一二三 々〆ヶ", "豈更車賈滑",
]
ARABIC = [
    "مرحبا بالعالم", "العَرَبِيَّةُ بِالتَّشْكِيلِ", "السعر ١٢٣٫٤٥ ريال", "ﷺ ﻻ ﺍﻟﻌﺮﺑﻴﺔ", "نص عربي with English داخل", "שלום עולם", "בְּרֵאשִׁית בָּרָא", "می‌خواهم فارسی بنویسم", "اردو میں لکھیں۔",
]
SCRIPTS = [
    "Привет, мир! Ёлка", "Γειά σου Κόσμε ΟΔΟΣ ὀδός", "नमस्ते दुनिया क्षत्रिय", "สวัสดีชาวโลก", "Xin chào thế giới", "İstanbul ışık İı", "ქართული ენა",
    "Հայերեն լեզու", "ελληνικά ΣΊΣΥΦΟΣ", "ไทย๑๒๓ ০১২৩ ०१२३", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "ⅠⅡⅢ ⅷ ½⅓ x²³ H₂O", "Straße ẞ ﬁ ﬂ ﬀ ﬃ", "ǅ ǈ ǋ Ǆ ʰʲʷ", "ⓐⓑⓒ ⒶⒷ", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛",
]
COMBINING = [
    "e\u0301 vs é", "A\u030A Å Å", "n\u0303o\u0308u\u0302", "Z\u0351\u036b\u0343a\u0323\u0307l\u0334g\u0335o\u0336", "q\u0307\u0323 q\u0323\u0307", "\u0301alone",
    "\u1100\u1161\u11a8 각", "가\u11a8", "ｶﾞ カ\u3099 ガ", "o\u031b\u0323 ợ", "\u0344 \u0958 \u2126", "à̖́", "ḍ̇", "각\u11a8x", "\u0b47\u0b3e", "\u09c7\u09be",
]
WHITE = [
    "  two", "   three spaces", "a  b   c    d", "\n\n\n", " \n \n", "\ttab\t\ttabs", "end   ", "", " ", "  ", "\t", "\n", "\r\n", "\u00a0nbsp\u2003em",
    "a\r\n\r\nb", "a\rb", "\u0085next\u0085line", "\ufeffbom \ufeff", "\u2028ls\u2029ps", "\u200bzero\u200bwidth", "\u3000 ideographic\u3000", "\u180emvs", "\x1c\x1d\x1e\x1f seps",
    "x \t\n y", " \u00a0 mixed", "a\n b\n  c\n   d", "trailing\n", "\nleading", " ▁ ▁▁ ", "▁already", "a▁b", "word" + " " * 20 + "word", "\n" * 9 + "x", " " * 33,
    "tab\tin\x0bv\x0cff", "\u1680ogham\u205fmath\u202fnnbsp", "x\x00y", "\x01\x02\x7f\x80\x9f", "soft\u00adhyphen", "\u061c\u200e\u200frtl marks",
]
NUMBERS = [
    "1234567890", "3.14159", "12,345.67", "v1.2.3-rc4", "١٢٣", "½⅓Ⅷ", "1 22 333 4444 55555", "-1 +2 ±3", "100% $5 €6 £7", "2026-11-28T22:30:00Z", "a1b22c333", "９８７６", "1st 2nd 3rd",
    "x=1;y=22;z=333", "½½ ²²²² ३३३३",
]
QUOTES = [
    "don't can't I'll we've he'd", "IT'S 'S 'LL 'RE", "it’s “quoted” … —", "'ſ 'ſt l'K", "'sound 'todd 'llama", "rock'n'roll o'clock", "''''s \"\"'t", "I'M YOU'RE We'Ve", "..., !!! ?!?! ;;;",
    "a.b,c;d:e!f?g", "(x)[y]{z}<w>", "***bold*** __u__ ~~s~~", "#tag @name $x %y ^z &w", "— – - ‐ ‑ ―", "«a» ‹b› „c“", "end.'s", "1's 2'll", "é's ñ't",
]
SPECIAL = [
    "<|im_start|>user\nhello<|im_end|>\n", "text<|endoftext|>more", "<|im_start|><|im_start|>", "a <|im_end|> b", "<|im_end", "<s>[INST] hi [/INST]</s>", "</s><s>", "a</s> b", "<unk>", "x<unk>y",
    "<bos><start_of_turn>user\nhi<end_of_turn>\n", "<pad><eos>", "<start_of_turn> <end_of_turn>", "<unused0><unused99>", "<mask> [multimodal] <mask>", "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>",
    "<|reserved_special_token_5|>x", "<think>\nhm\n</think>\n\nyes", "<tool_call>\n{\"name\": \"f\"}\n</tool_call>", "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>", "<|start|>assistant<|channel|>final<|message|>x<|return|>",
    "<｜begin▁of▁sentence｜><｜User｜>hi<｜Assistant｜>ok<｜end▁of▁sentence｜>", "<｜tool▁calls▁begin｜>x", "<|EOT|> a <|EOT|>", "<0x0A><0x41>", "\n\n<s>\n\n", "<s> <s>", " <s>", "<s> ", "<repo_name>x<file_sep>y",
    "<h1>t</h1><b>x</b>", "<table>\n<tr>", "\n\n\n<end_of_turn>\n\n\n", "▁<s>▁", "a<eos>", "<|endoftext|> <|endoftext|>",
]
LONG = [
    "a" * 300, "ab" * 150, "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis", "word " * 40, "。" * 50, "=" * 70, "-" * 33 + "\n" + "-" * 31, "ha" * 40 + "!" * 20, "你" * 64, "😀" * 20, "\u0301" * 30,
]
KINDS = {
    "code": CODE, "emoji": EMOJI, "chinese": CHINESE, "arabic": ARABIC, "scripts": SCRIPTS, "combining": COMBINING, "white": WHITE, "numbers": NUMBERS, "quotes": QUOTES, "special": SPECIAL,
    "long": LONG,
}


def said() -> list[str]:
    """What the messages of the project's own presets say."""
    found = []
    for name in sorted(os.listdir(PRESETS)):
        if not name.endswith(".jsonl"):
            continue
        with open(os.path.join(PRESETS, name), encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    found += [m["content"] for m in json.loads(line).get("messages", [])]
    return found


def lines(count: int = 500) -> list[str]:
    """Every line of its own, some prose, and pairs of them joined in four ways until there are `count`."""
    base = [line for kind in KINDS.values() for line in kind]
    prose = said()
    base += [prose[(i * 37) % len(prose)] for i in range(60)]
    out, i = list(dict.fromkeys(base)), 0
    seen = set(out)
    while len(out) < count:
        joined = base[(i * 7) % len(base)] + [" ", "", "\n", "  "][i % 4] + base[(i * 11 + 3) % len(base)]
        i += 1
        if joined not in seen and len(joined) < 400:
            seen.add(joined)
            out.append(joined)
    return out[:count]
