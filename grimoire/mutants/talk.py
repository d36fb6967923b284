"""Answers that talk instead of doing: refusals, questions back, lectures, plans.

The texts are written for this purpose in the two languages Grimoire's own library is in; for an answer that should be in
any other there are none.
"""
# ruff: noqa: E501  # a line of Markdown is a paragraph

from __future__ import annotations

from grimoire.mutants import advice
from grimoire.mutants.material import Material, Mutant

THOUGHTS = {
    "en": (
        "Okay, the user wants something about {subject}. Let me think about what they really need. They have given quite a "
        "few rules, so I should go through them one by one before I write anything.\n\n"
        "First, the angle. There are several ways to look at {subject}: I could begin with the history, or with a question, or "
        "with something odd. The odd beginning is probably the best one, because readers decide quickly. But wait, the user "
        "also says that nothing should come before the answer, so I must not write an introduction of my own.\n\n"
        "Next, the format. I need to count everything: the parts, the rows, the characters. Hmm, the limits are rather tight, "
        "so I will keep the sentences short. I also have to remember the language of the answer, and that headings are to be "
        "in it too. Should I add a note about my sources? No, they did not ask for that.\n\n"
        "Let me also consider the tone. The user seems to like dry humour, so one aside is fine, but not more. Okay, I think I "
        "have everything. Let me write it down properly now and check the counts once more at the end."
    ),
    "zh": (
        "好的，用户想要一份关于{subject}的内容，我先想一想他到底需要什么。他给了不少规则，动笔之前我得一条一条对照一遍。\n\n"
        "首先是角度。写{subject}可以有好几种切入方式：从来历讲起，从一个问题讲起，或者从一个反常的地方讲起。反常的开头应该最好，"
        "因为读者很快就会决定要不要往下看。等等，用户还说答案前面不要有别的话，那我就不能自己加引言了。\n\n"
        "接下来是格式。我需要把数量都数清楚：几个部分、几行、多少字。嗯，字数限制比较紧，句子要写短一点。另外还要记得答案用什么语言，"
        "标题也要用同一种语言。要不要加一句说明资料来源？不用，用户没有要求。\n\n"
        "还要考虑语气。用户似乎喜欢冷幽默，那么点缀一句就够了，不能太多。结尾要不要总结一下？规则里说不要，那就不写。"
        "好，我觉得该想的都想到了。现在正式写出来，最后再核对一遍数量，确保没有哪条规则被漏掉。"
    ),
}

REFUSE = {
    "en": "I'm sorry, but I'm unable to assist with this request about {subject}. Please feel free to ask me something else.",
    "zh": "非常抱歉，关于“{subject}”的这个请求我不能为您提供帮助。您可以换一个话题，我会尽力为您解答。",
}
REFUSE_AS_AI = {
    "en": (
        "As an AI language model, I don't have personal experiences and I cannot create content of this kind about {subject}. "
        "I am designed to provide general information, so I would recommend consulting a professional in the field."
    ),
    "zh": (
        "作为一个人工智能语言模型，我没有个人的经历，也无法创作与“{subject}”有关的这类内容。我的作用是提供一般性的信息，"
        "建议您咨询相关领域的专业人士。"
    ),
}
REFUSE_LATE = {
    "en": (
        "Thank you for such a detailed brief! {subject} is a fascinating subject, and I can see how much thought has gone "
        "into the structure you describe.\n\n"
        "Unfortunately, I can't complete this task for you, because I can't verify the facts it would have to rest on. "
        "I hope you understand, and I wish you every success with your project about {subject}."
    ),
    "zh": (
        "感谢您这么详细的说明！“{subject}”是一个很有意思的题目，看得出您对结构花了很多心思。\n\n"
        "不过很遗憾，我无法完成这项任务，因为其中涉及的事实我没有办法核实。希望您能理解，也祝您围绕“{subject}”的项目一切顺利。"
    ),
}
REFUSE_AND_OFFER = {
    "en": (
        "I can't write this piece about {subject} for you. What I can do instead:\n\n"
        "- explain in general terms what such a text usually contains\n"
        "- give feedback on a draft that you have written\n"
        "- suggest books and websites on {subject}\n"
        "- answer single questions of fact\n\n"
        "Let me know which of these would be useful."
    ),
    "zh": (
        "关于“{subject}”的这份内容，我不能替您撰写。不过我可以提供以下帮助：\n\n"
        "- 大致说明这类文字通常包含哪些部分\n"
        "- 对您已经写好的草稿提出修改意见\n"
        "- 推荐与“{subject}”有关的书籍和网站\n"
        "- 回答一些单独的事实性问题\n\n"
        "请告诉我您需要哪一种。"
    ),
}
ACKNOWLEDGE = {
    "en": (
        "Understood! I'll take on this role and follow every rule you have set out, including the structure, the tone and the "
        "limits on length. I'm ready to begin with {subject} whenever you are."
    ),
    "zh": "明白了！我会按照您设定的角色来工作，严格遵守您列出的结构、语气和字数等各项要求。关于“{subject}”，我已经准备好了，随时可以开始。",
}
ASK_BACK = {
    "en": (
        "Happy to help with {subject}! Before I start, a few quick questions so that I get it right:\n\n"
        "1. Who is the audience, and how much do they know about {subject} already?\n"
        "2. Which tone would you like: formal, friendly or playful?\n"
        "3. How long should it be, and where will it be published?\n"
        "4. Are there points that must be included, or that I should avoid?\n"
        "5. Do you have a deadline or an example that you like?\n\n"
        "Once I have your answers I'll write the full version."
    ),
    "zh": (
        "很高兴为您撰写“{subject}”！开始之前，想先确认几个问题，这样写出来才更合您的心意：\n\n"
        "1. 读者是谁？他们对“{subject}”了解多少？\n"
        "2. 您希望用什么语气：正式、亲切，还是俏皮？\n"
        "3. 大概需要多长？会发布在什么地方？\n"
        "4. 有没有必须写到的要点，或者需要避开的内容？\n"
        "5. 有没有截止时间，或者您喜欢的范例？\n\n"
        "收到您的回复之后，我就开始写完整的版本。"
    ),
}
PLAN_ONLY = {
    "en": (
        "Here is how I will approach your request about {subject}.\n\n"
        "## My plan\n\n"
        "1. I will first study {subject} and decide who is going to read the text.\n"
        "2. Then I will draw up the structure you asked for and assign each rule to its place.\n"
        "3. After that I will write every part in full, with the tables, lists and headings that you want.\n"
        "4. Next I will check the counts and shorten what is too long.\n"
        "5. Finally I will read the whole once more with fresh eyes.\n\n"
        "## What you will get\n\n"
        "A finished text about {subject} that follows your instructions to the letter. I will start right away and come back to "
        "you with the result as soon as it is done."
    ),
    "zh": (
        "以下是我完成“{subject}”这项任务的思路。\n\n"
        "## 我的计划\n\n"
        "1. 首先，我会研究“{subject}”，弄清楚谁会来读这份内容。\n"
        "2. 然后，我会按照您的要求搭好结构，把每条规则对应到具体的位置。\n"
        "3. 接着，我会把每一部分完整地写出来，包括您需要的表格、列表和标题。\n"
        "4. 之后，我会核对数量，把过长的地方改短。\n"
        "5. 最后，我会用全新的眼光把全文再读一遍。\n\n"
        "## 您将得到什么\n\n"
        "一份关于“{subject}”、完全符合您要求的成稿。我这就开始动笔，完成之后马上交给您。"
    ),
}
REVIEW_PROMPT = {
    "en": (
        "This is a well-structured prompt. Here is my feedback on it.\n\n"
        "**Strengths**\n\n"
        "- It assigns a clear role, so the model knows from which position to write.\n"
        "- The format is described step by step, which leaves little room for misunderstanding.\n"
        "- The subject, {subject}, is specific and vivid.\n\n"
        "**Suggestions**\n\n"
        "- Some of the rules could be merged, since they say nearly the same thing.\n"
        "- You could add an example of the result that you expect.\n"
        "- It may help to say what matters most in case two rules contradict each other.\n\n"
        "With these changes the prompt about {subject} should produce more consistent results. Would you like me to rewrite it?"
    ),
    "zh": (
        "这是一条结构清晰的提示词，下面是我对它的点评。\n\n"
        "**优点**\n\n"
        "- 设定了明确的角色，模型知道该站在什么立场上写。\n"
        "- 格式要求是一步一步说明的，不容易产生误解。\n"
        "- 主题“{subject}”具体而生动。\n\n"
        "**改进建议**\n\n"
        "- 有几条规则的意思相近，可以合并。\n"
        "- 可以补充一个您期望的结果作为示例。\n"
        "- 最好说明当两条规则冲突时以哪一条为准。\n\n"
        "经过这些调整，这条关于“{subject}”的提示词会产生更稳定的结果。需要我帮您改写一版吗？"
    ),
}
LECTURE = {
    "en": (
        "# How to Create Great Content About {subject}\n\n"
        "Creating content about {subject} that people really want to read takes preparation. In this guide you will learn what "
        "matters, step by step.\n\n"
        "## Why it matters\n\n"
        "Readers decide within seconds whether a text is for them. A good piece about {subject} therefore needs a clear promise, "
        "a structure that can be taken in at a glance, and a tone that suits the audience.\n\n"
        "## The steps\n\n"
        "1. Research your subject thoroughly: collect facts, questions and examples about {subject}.\n"
        "2. Know your audience: find out what they hope for and what they doubt.\n"
        "3. Choose a structure: use headings, lists and tables so that the text can be skimmed.\n"
        "4. Write a first draft quickly, without correcting yourself.\n"
        "5. Revise: cut what is not needed and make every sentence concrete.\n"
        "6. Check the format, the length and the keywords before you publish.\n\n"
        "## What to keep in mind\n\n"
        "| Element | Purpose | Tip |\n| --- | --- | --- |\n"
        "| Title | Attracts attention | Keep it short and specific |\n"
        "| Introduction | Makes a promise | Name the benefit in the first sentence |\n"
        "| Body | Delivers | One thought to a paragraph |\n"
        "| Conclusion | Calls to action | Say what to do next |\n\n"
        "## Common mistakes\n\n"
        "- Writing for everybody and so for nobody\n"
        "- Repeating keywords until the text sounds unnatural\n"
        "- Forgetting to proofread\n\n"
        "## Conclusion\n\n"
        "With these tips you can create content about {subject} that readers enjoy and search engines find. Good luck!"
    ),
    "zh": (
        "# 如何写好关于“{subject}”的内容\n\n"
        "想写出一篇让人愿意读下去的“{subject}”内容，需要做好准备。这份指南会一步一步告诉您应该注意什么。\n\n"
        "## 为什么重要\n\n"
        "读者在几秒钟之内就会决定要不要往下看。因此，一篇好的“{subject}”内容要有明确的承诺、一目了然的结构，以及适合受众的语气。\n\n"
        "## 写作步骤\n\n"
        "1. 深入了解主题：收集与“{subject}”有关的事实、问题和例子。\n"
        "2. 了解受众：弄清楚他们期待什么、担心什么。\n"
        "3. 选择结构：使用标题、列表和表格，方便读者浏览。\n"
        "4. 快速写出初稿，先不要边写边改。\n"
        "5. 反复修改：删去多余的部分，让每句话都具体。\n"
        "6. 发布之前检查格式、篇幅和关键词。\n\n"
        "## 需要注意的要素\n\n"
        "| 要素 | 作用 | 建议 |\n| --- | --- | --- |\n"
        "| 标题 | 吸引注意 | 简短而具体 |\n"
        "| 引言 | 给出承诺 | 第一句就说明好处 |\n"
        "| 正文 | 兑现承诺 | 一段只讲一个意思 |\n"
        "| 结尾 | 引导行动 | 告诉读者下一步做什么 |\n\n"
        "## 常见误区\n\n"
        "- 想写给所有人看，结果谁也不想看\n"
        "- 反复堆砌关键词，读起来很不自然\n"
        "- 忘记校对\n\n"
        "## 结语\n\n"
        "掌握了这些要点，您就能写出读者喜欢、搜索引擎也找得到的“{subject}”内容。祝您写作顺利！"
    ),
}


def refuse(material: Material) -> Mutant | None:
    """Refuses politely, in two sentences."""
    return _say(material, REFUSE, "a refusal")


def refuse_as_ai(material: Material) -> Mutant | None:
    """Says that a language model cannot do such things."""
    return _say(material, REFUSE_AS_AI, "a refusal")


def refuse_late(material: Material) -> Mutant | None:
    """Opens kindly, and then refuses."""
    return _say(material, REFUSE_LATE, "a refusal after a kind opening")


def refuse_and_offer(material: Material) -> Mutant | None:
    """Refuses, and lists what it would do instead."""
    return _say(material, REFUSE_AND_OFFER, "a refusal with a list of other things")


def acknowledge(material: Material) -> Mutant | None:
    """Says that it has understood and is ready."""
    return _say(material, ACKNOWLEDGE, "says that it is ready")


def ask_back(material: Material) -> Mutant | None:
    """Asks for more before it begins."""
    return _say(material, ASK_BACK, "only asks questions")


def plan_only(material: Material) -> Mutant | None:
    """Says what it is going to write."""
    return _say(material, PLAN_ONLY, "only says what it will do")


def review_prompt(material: Material) -> Mutant | None:
    """Praises the prompt and suggests how to improve it."""
    return _say(material, REVIEW_PROMPT, "a review of the prompt")


def lecture(material: Material) -> Mutant | None:
    """Explains how such a text is written, under headings, with a list and a table."""
    return _say(material, LECTURE, "says how to do it instead of doing it")


def _say(material: Material, texts: dict[str, str], what: str) -> Mutant | None:
    if not material.spoken or not material.named:
        return None
    said = texts[material.spoken].replace("{subject}", material.named)
    return Mutant(text=said, what=what, advice=advice.telling(material.sample))
