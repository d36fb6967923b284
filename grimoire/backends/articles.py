"""What the rehearsal says when it misbehaves: fluent, well structured, and wrong on purpose.

Each dict maps a language ("en", "zh") to a text.
"""
# ruff: noqa: E501  # a line of Markdown is a paragraph

from __future__ import annotations

REFUSAL = {
    "en": (
        "I'm sorry, but I can't help with that request. It asks for something I'm not able to provide. "
        "If there is something else you would like to work on, I'd be glad to help."
    ),
    "zh": "很抱歉，我无法协助完成这个请求，它超出了我能够提供的内容范围。如果您有其他问题，我很乐意为您提供帮助。",
}

NO_SAMPLE = {
    "en": "(Rehearsal: the spell has no sample for this input; a sample answers its first case only.)",
    "zh": "（排练：这条咒语没有为这个输入准备样例；样例只回答它的第一个用例。）",
}

GENERIC = {
    "en": """\
# A Practical Guide to Getting It Right the First Time

Starting well is mostly a matter of asking the right questions early. This guide walks through the essentials, from the first idea to the moment you look back at what you have made.

## Why It Matters

Most difficulties come from decisions that nobody remembers making. When the goal is written down, each later choice becomes easier to explain and, if it proves wrong, easier to undo.

## What You Need Before You Begin

- A clear picture of who will use the result
- A realistic amount of time, with some to spare
- One person who has the last word
- A place where notes are kept and found again

## The Steps in Order

1. Write one sentence that says what success looks like.
2. List what is already known and what is only assumed.
3. Try the riskiest part first, on a small scale.
4. Show the outcome to somebody who was not involved.
5. Improve what they stumbled over, and repeat.

## Comparing the Options

| Approach | Strength | Weakness | Best for |
| --- | --- | --- | --- |
| Careful planning | Few surprises | Slow to start | Large teams |
| Quick experiments | Learns early | Looks untidy | New ideas |
| Copying what works | Cheap | Hard to stand out | Tight budgets |
| Outside help | Fresh eyes | Costs money | Rare skills |

## Common Mistakes

Doing everything at once is the most frequent one. Close behind follow waiting for perfect information and confusing activity with progress. 💡

## Questions People Ask

### How long does it take?

Longer than hoped and shorter than feared, provided the first version is allowed to be small.

### When is it finished?

When another week of work would change nothing that anyone would notice.

## Conclusion

Begin small, keep notes, and let other people look early. The rest is patience. ✅

#guide #planning #firststeps
""",
    "zh": """\
# 一次就把事情做对：一份实用指南

一个好的开头，往往取决于有没有及早提出正确的问题。本文从最初的想法讲到事后的回顾，把关键的环节依次说清楚。

## 为什么值得重视

大多数麻烦都来自那些没有人记得是谁做出的决定。只要把目标写下来，后面的每一个选择就更容易说明理由；万一选错了，也更容易回头。

## 动手之前需要准备什么

- 弄清楚最终的成果由谁来用
- 留出充足的时间，并且留有余地
- 确定一个能够拍板的人
- 找一个固定的地方存放笔记，方便日后查找

## 按顺序来的五个步骤

1. 用一句话写明怎样才算成功。
2. 把已经知道的和只是猜测的分开列出来。
3. 先在小范围内尝试风险最大的部分。
4. 请没有参与的人看一看结果。
5. 改进他们觉得别扭的地方，然后再来一遍。

## 几种做法的比较

| 做法 | 优点 | 缺点 | 适合的情况 |
| --- | --- | --- | --- |
| 周密计划 | 意外较少 | 起步较慢 | 人数较多的团队 |
| 快速试验 | 及早发现问题 | 显得凌乱 | 全新的想法 |
| 借鉴成例 | 花费较低 | 难以出彩 | 预算有限 |
| 请人帮忙 | 眼光新鲜 | 需要付费 | 少见的技能 |

## 常见的误区

最常见的误区是什么都想同时做。其次是一味等待完整的信息，以及把忙碌当成进展。💡

## 大家常问的问题

### 需要多长时间？

比希望的要长，比担心的要短，前提是允许第一版做得小一点。

### 什么时候才算完成？

再多花一个星期也不会带来任何人能察觉到的变化，这时候就算完成了。

## 结语

从小处着手，勤做记录，尽早请别人来看，剩下的就交给耐心。✅

#指南 #计划 #第一步
""",
}

LIGHTHOUSE = {
    "en": """\
# Caring for the Lamp of an Old Lighthouse: The Complete Handbook

A lighthouse lamp asks for little, but it asks for it every day. This handbook gathers what keepers have learned about lenses, burners, bearings and brass, in the order in which the work comes up. 🔦

## The Parts of the Lantern Room

Above the watch room sits the lantern: a ring of glass panes, the optic in the middle, and beneath it the clockwork or motor that turns it.

### The Fresnel Lens

Rings of ground prisms bend the light of a small flame into one flat beam. A chipped prism throws a streak that pilots notice from miles away.

### The Burner

Oil vapour burners need a clean mantle and an even pressure. Electric conversions replace both with a lamp changer that swings a spare into place.

### The Mercury Float

Large optics ride on a bath of mercury, which lets a child push two tonnes of glass. Its vapour is poisonous, so the room is aired before anyone works there. ⚠️

## Daily Work

1. Draw the curtains at dawn, before the sun can set fire to anything through the prisms.
2. Dust the panes with a feather brush.
3. Wipe the lens with spirit of wine and a linen cloth.
4. Trim or replace the mantle.
5. Wind the clockwork and listen to its governor.
6. Enter the hours of burning in the log.

## Weekly Work

- Polish the brass with rottenstone, never with sand
- Oil the bearings of the carriage
- Check the ventilator balls for soot
- Test the spare burner for ten minutes
- Count the mantles left in store
- Wash the outside of the panes, in calm weather only

## What to Use on Which Surface

| Surface | Cleaner | Cloth | Interval |
| --- | --- | --- | --- |
| Prisms | Spirit of wine | Linen | Daily |
| Lantern panes | Soft water | Chamois | Weekly |
| Brass frame | Rottenstone | Flannel | Weekly |
| Iron gallery | Wire brush | Sacking | Each spring |
| Clockwork | Light oil | Feather | Monthly |

## Characters of the Light

Every station flashes in a pattern of its own, and the pattern must not drift by more than a second in a minute.

| Station type | Flashes | Period in seconds | Range in miles |
| --- | --- | --- | --- |
| Harbour light | 1 | 5 | 9 |
| Headland light | 2 | 10 | 18 |
| Reef tower | 3 | 15 | 20 |
| Landfall light | 4 | 20 | 24 |

## Timing the Rotation

Keepers timed a turn with a stopwatch. The sum is short enough for a slate, or for this:

```python
def drift(turns, measured_seconds, period):
    return measured_seconds - turns * period
```

## Faults and Their Causes

### A Flickering Beam

Look for water in the oil, then for a draught from a cracked pane.

### A Grinding Carriage

Either the rollers are dry or the float has lost mercury; measure its depth before anything else.

### Condensation on the Glass

Open the lower ventilators an hour before lighting up.

## Stores for a Winter

Ships could not land for weeks at a time. A reef station kept mantles, wicks, glass chimneys, paraffin, cotton waste and two spare panes, each packed in its own crate. 📦

## Handing Over the Watch

The relieved keeper names whatever is unusual, the relieving keeper repeats it, and both sign the log. 📝

## Frequently Asked Questions

**May the lens be washed with vinegar?** No: acid attacks the litharge that holds the prisms.

**How long does a mantle last?** About two weeks in a steady draught, less after a storm.

## Conclusion

Linen, patience and a punctual hand on the winding crank keep such a lamp burning for a century. 🌊

#lighthouse #fresnel #keepers #brasswork #lanternroom #seamarks
""",
    "zh": """\
# 老灯塔的灯器养护全书

灯塔上的灯要求不多，却天天都要人照看。这本小册子按照干活的先后，把历代守塔人在透镜、燃烧器、轴承和黄铜件上积累的经验整理在一起。🔦

## 灯笼间里有些什么

值班室的上一层就是灯笼间：外面一圈玻璃，正中是光学透镜，底下是带动它旋转的钟机或电动机。

### 菲涅耳透镜

一圈一圈磨好的棱镜，把小小一团火焰的光收成一道平直的光束。只要有一块棱镜崩了角，几海里外的领航员都看得出那道杂光。

### 燃烧器

油汽燃烧器离不开干净的纱罩和平稳的压力。改成电灯之后，这两样换成了自动换灯器，灯泡一坏，备用的就转到位。

### 水银浮槽

大型透镜浮在一槽水银上，两吨重的玻璃，小孩子也推得动。水银蒸气有毒，进去干活之前一定先通风。⚠️

## 每天要做的事

1. 天一亮就拉上帘子，免得阳光透过棱镜把东西点着。
2. 用羽毛刷掸去玻璃上的灰。
3. 用酒精和亚麻布擦拭透镜。
4. 修剪或者更换纱罩。
5. 给钟机上弦，听一听调速器的声音。
6. 把点灯的钟点记进日志。

## 每周要做的事

- 用细磨石粉擦亮黄铜，千万不要用沙子
- 给转台的轴承上油
- 检查通风球里有没有积炭
- 把备用燃烧器试点十分钟
- 清点库存的纱罩还剩多少
- 趁风平浪静，洗一洗玻璃的外侧

## 什么表面用什么清洁

| 部位 | 清洁用品 | 用布 | 间隔 |
| --- | --- | --- | --- |
| 棱镜 | 酒精 | 亚麻布 | 每天 |
| 灯笼玻璃 | 软水 | 麂皮 | 每周 |
| 黄铜框架 | 细磨石粉 | 法兰绒 | 每周 |
| 铁制外廊 | 钢丝刷 | 麻袋片 | 每年开春 |
| 钟机 | 轻质机油 | 羽毛 | 每月 |

## 各种灯质

每一座灯塔都有自己的闪光节奏，一分钟之内的误差不能超过一秒。

| 灯塔种类 | 闪光次数 | 周期（秒） | 射程（海里） |
| --- | --- | --- | --- |
| 港口灯 | 1 | 5 | 9 |
| 岬角灯 | 2 | 10 | 18 |
| 礁石塔 | 3 | 15 | 20 |
| 远洋初见灯 | 4 | 20 | 24 |

## 校准转速

从前的守塔人用秒表计算一圈的时间。这笔账写在石板上就够了，写成下面这样也行：

```python
def drift(turns, measured_seconds, period):
    return measured_seconds - turns * period
```

## 故障与原因

### 光束闪烁

先看灯油里有没有进水，再看是不是哪块玻璃裂了漏风。

### 转台发涩

不是滚轮缺油，就是浮槽里少了水银；动手之前先量一量水银的深度。

### 玻璃结露

点灯前一个钟头，把下面的通风口打开。

## 过冬的储备

冬天常常几个星期没有船能靠岸。礁石上的灯塔要备足纱罩、灯芯、玻璃灯罩、煤油、棉纱，还要有两块备用玻璃，每样单独装箱。📦

## 交接班

下班的人说出所有不寻常的地方，接班的人复述一遍，两个人都在日志上签字。📝

## 常见问题

**透镜可以用醋洗吗？** 不可以，酸会腐蚀固定棱镜的密陀僧。

**一只纱罩能用多久？** 通风平稳时大约两个星期，暴风雨过后就短一些。

## 结语

一块亚麻布，一份耐心，再加上一只按时上弦的手，这样的灯就能亮上一百年。🌊

#灯塔 #菲涅耳透镜 #守塔人 #黄铜养护 #灯笼间 #航标
""",
}
