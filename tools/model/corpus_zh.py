"""The project's own text generator in Chinese: small stories, facts about the town of town_zh.py, short instructions and
answers. Seeded; no text from elsewhere. `python corpus_zh.py` prints samples."""
import random

from town_zh import DAYS, MAYOR, PLACES, RIVER, SEASONS, THINGS, TOWN

NAMES = "安娜 小本 小雨 阿丹 小兰 阿芬 小文 大雷 小鱼 阿金 小莉 小诺 小明 小红 小山 阿玉".split()
ANIMALS = "狐狸 猫 狗 猫头鹰 老鼠 母鸡 山羊 鸭子 熊 兔子 青蛙 乌鸦 小马 绵羊 海豹".split()
ADJ = "小小的 年老的 勇敢的 安静的 善良的 疲倦的 快乐的 聪明的 懒洋洋的 骄傲的 害羞的".split()
OBJECTS = "灯 钥匙 小船 风筝 铃铛 鼓 地图 外套 篮子 书 石头 戒指 水桶 绳子 帽子".split()
WHERE = "在花园里 在河边 在港口附近 在山上 在桥下 在磨坊后面 在集市上 在雪里 在沙滩上 在树林里".split()
FRUITS = "苹果 梨 李子 樱桃 无花果 葡萄 柠檬".split()
COLOURS = "红色 蓝色 绿色 白色 黑色 黄色 橙色 棕色 灰色 粉色".split()
FISH = "鳕鱼 鲱鱼 三文鱼 鳟鱼 鳗鱼 螃蟹".split()
NUMBERS = "零 一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十".split()
OPPOSITES = [("热", "冷"), ("大", "小"), ("老", "年轻"), ("白天", "夜晚"), ("上", "下"), ("湿", "干"), ("快", "慢"), ("亮", "暗"), ("高兴", "难过"), ("开", "关"), ("满", "空"), ("吵闹", "安静"), ("第一", "最后"), ("高", "低"), ("富", "穷"), ("软", "硬")]
COLOUR_OF = [("天空", "蓝色"), ("草", "绿色"), ("雪", "白色"), ("煤", "黑色"), ("柠檬", "黄色"), ("樱桃", "红色"), ("胡萝卜", "橙色"), ("老鼠", "灰色"), ("巧克力", "棕色")]
SOUND_OF = [("狗", "汪汪叫"), ("猫", "喵喵叫"), ("猫头鹰", "咕咕叫"), ("母鸡", "咯咯叫"), ("鸭子", "嘎嘎叫"), ("乌鸦", "哇哇叫"), ("绵羊", "咩咩叫"), ("青蛙", "呱呱叫"), ("熊", "吼叫")]
LISTS = {"水果": FRUITS, "颜色": COLOURS, "动物": ANIMALS, "鱼": FISH, "厨房里的东西": ["锅", "勺子", "盘子", "杯子", "刀"], "港口里的东西": ["船", "绳子", "渔网", "船锚", "海鸥"]}
PRICES = {"面包": "两", "鱼": "四", "风筝": "五", "灯": "九", "苹果": "一", "外套": "十二", "船票": "三", "书": "六", "汤": "两", "绳子": "七"}


def place_qa(r):
    name, (where, opens, closes, who, does) = r.choice(list(PLACES.items()))
    kind = r.randrange(6)
    if kind == 0:
        return r.choice([f"{name}在哪里？", f"哪里能找到{name}？", f"去{name}怎么走？"]), r.choice([f"{name}{where}。", f"{TOWN}的{name}{where}。"])
    if kind == 1:
        return r.choice([f"{name}几点开门？", f"{name}什么时候开门？"]), f"{name}{opens}开门。"
    if kind == 2:
        return r.choice([f"{name}几点关门？", f"{name}什么时候关门？"]), f"{name}{closes}关门。"
    if kind == 3:
        return r.choice([f"谁在{name}工作？", f"谁照看{name}？", f"{name}归谁管？"]), r.choice([f"{who}照看{name}。", f"{name}由{who}照看。"])
    if kind == 4:
        return r.choice([f"人们在{name}做什么？", f"去{name}可以做什么？"]), f"人们在{name}{does}。"
    return r.choice([f"请介绍一下{name}。", f"{name}怎么样？"]), f"{name}{where}，{opens}开门，{closes}关门，由{who}照看。"


def thing_qa(r):
    name, facts = r.choice(list(THINGS.items()))
    kind = r.randrange(5)
    if kind == 0:
        return r.choice([f"{name}在哪里？", f"哪里能看到{name}？", f"哪里能找到{name}？"]), f"{name}{facts['where']}。"
    if kind == 1:
        return r.choice([f"什么时候能看到{name}？", f"你知道{name}的什么事？"]), f"{name}{facts['when']}。"
    if kind == 2:
        return r.choice([f"{name}是什么颜色？", f"{name}是哪种颜色？"]), f"{name}是{facts['colour']}的。"
    if kind == 3:
        return r.choice([f"谁照看{name}？", f"{name}归谁管？"]), f"{facts['who']}照看{name}。"
    return r.choice([f"请介绍一下{name}。", f"说说{name}吧。"]), f"{name}是{facts['colour']}的，{facts['where']}，{facts['when']}。"


def town_qa(r):
    kind = r.randrange(7)
    if kind == 0:
        day, what = r.choice(list(DAYS.items()))
        return r.choice([f"{day}有什么事？", f"{TOWN}的{day}是什么日子？"]), f"{day}是{TOWN}的{what}。"
    if kind == 1:
        season, feast = r.choice(list(SEASONS.items()))
        return r.choice([f"{season}有什么节日？", f"人们在{season}庆祝什么？"]), f"{TOWN}的人们在{season}庆祝{feast}。"
    if kind == 2:
        return r.choice(["镇长是谁？", f"{TOWN}的镇长是谁？"]), f"{TOWN}的镇长是{MAYOR}。"
    if kind == 3:
        return r.choice(["这个镇叫什么？", "镇的名字是什么？"]), f"这个镇叫{TOWN}。"
    if kind == 4:
        return r.choice(["哪条河流过镇上？", f"{TOWN}有什么河？"]), f"{RIVER}流过{TOWN}。"
    if kind == 5:
        thing, price = r.choice(list(PRICES.items()))
        return r.choice([f"{thing}多少钱？", f"{thing}要多少钱？", f"{thing}卖什么价？"]), r.choice([f"{thing}卖{price}个铜币。", f"{thing}要{price}个铜币。"])
    person, name = r.choice([(info[3], name) for name, info in PLACES.items()])
    return f"{person}是谁？", f"{person}照看{TOWN}的{name}。"


def simple_qa(r):
    kind = r.randrange(11)
    if kind == 0:
        a, b = r.randrange(11), r.randrange(10)
        return r.choice([f"{NUMBERS[a]}加{NUMBERS[b]}等于几？", f"请算{NUMBERS[a]}加{NUMBERS[b]}。"]), f"{NUMBERS[a]}加{NUMBERS[b]}等于{NUMBERS[a + b]}。"
    if kind == 1:
        a, b = r.choice(OPPOSITES)
        if r.random() < 0.5:
            a, b = b, a
        return r.choice([f"{a}的反义词是什么？", f"请说出{a}的反义词。"]), f"{a}的反义词是{b}。"
    if kind == 2:
        thing, colour = r.choice(COLOUR_OF)
        return f"{thing}是什么颜色？", f"{thing}是{colour}的。"
    if kind == 3:
        animal, sound = r.choice(SOUND_OF)
        return r.choice([f"{animal}怎么叫？", f"{animal}发出什么声音？"]), f"{animal}{sound}。"
    if kind == 4:
        what = r.choice(list(LISTS))
        a, b, c = r.sample(LISTS[what], 3)
        return r.choice([f"列出三种{what}。", f"说出三种{what}。"]), f"{a}、{b}和{c}。"
    if kind == 5:
        n = r.randrange(1, 11)
        return r.choice([f"数到{NUMBERS[n]}。", f"请数到{NUMBERS[n]}。"]), "、".join(NUMBERS[1 : n + 1]) + "。"
    if kind == 6:
        return r.choice(["你好！", "早上好！", "嗨！", "下午好！"]), r.choice([f"你好！今天在{TOWN}我能帮你什么？", "你好！你想知道什么？"])
    if kind == 7:
        animal, adj = r.choice(ANIMALS), r.choice(ADJ)
        return r.choice([f"写一句关于{animal}的话。", f"说一句关于{animal}的话。"]), f"{adj}{animal}坐{r.choice(WHERE)}。"
    if kind == 8:
        n = r.randrange(0, 20)
        return f"{NUMBERS[n]}的下一个数是几？", f"{NUMBERS[n]}的下一个数是{NUMBERS[n + 1]}。"
    if kind == 9:
        animal = r.choice(ANIMALS)
        if r.random() < 0.5:
            return f"{animal}是动物吗？", f"是的，{animal}是动物。"
        thing = r.choice(OBJECTS)
        return f"{thing}是动物吗？", f"不，{thing}不是动物。"
    name = r.choice(NAMES)
    return f"我叫{name}。", f"很高兴认识你，{name}！"


def story(r, animal=None):
    name, friend = r.sample(NAMES, 2)
    animal = animal or r.choice(ANIMALS)
    obj, adj, where = r.choice(OBJECTS), r.choice(ADJ), r.choice(WHERE)
    opening = r.choice([f"有一天，一只{adj}{animal}{where}找到了一件东西：{obj}。", f"从前有一只{adj}{animal}住{where}。", f"{name}{where}遇见了一只{adj}{animal}。"])
    middle = r.choice([
        f"{animal}不知道拿{obj}怎么办，就去问{name}。",
        f"下雨了，{animal}很冷，{friend}就给了它{obj}。",
        f"{animal}想把{obj}给{name}看，可是{name}在{r.choice(list(PLACES))}。",
        f"{name}和{friend}找了一整天{obj}。",
    ])
    turn = r.choice([f"“我们去{r.choice(list(PLACES))}吧，”{friend}说。", f"“我能帮你，”{name}说。", f"这时{r.choice(list(THINGS))}出现了，大家都很高兴。", f"晚上他们一起坐{r.choice(WHERE)}，吃{r.choice(FRUITS)}。"])
    end = r.choice([f"从那天起，{animal}再也不{r.choice(['孤单', '害怕', '挨饿'])}了。", f"{animal}很{r.choice(['快乐', '骄傲', '高兴'])}，睡得很香。", f"{obj}今天还挂在{r.choice(list(PLACES))}里。", f"“谢谢你，”{animal}说。"])
    return opening + middle + turn + end


def story_qa(r):
    animal = r.choice(ANIMALS)
    return r.choice([f"讲一个关于{animal}的故事。", f"请讲一个{animal}的小故事。", f"写一个关于{animal}的故事。"]), story(r, animal)


def notes(r):
    """Plain records, so that the tokenizer and the model have met logs, lists, JSON and keys."""
    name, (where, opens, closes, who, _) = r.choice(list(PLACES.items()))
    kind = r.randrange(4)
    if kind == 0:
        return f'{{"地点": "{name}", "位置": "{where}", "开门": "{opens}", "关门": "{closes}"}}'
    if kind == 1:
        return f"备注：{name}，{where}。{opens}到{closes}开放。请问{who}。"
    if kind == 2:
        return f"日志，{r.randrange(24):02d}:{r.choice(['00', '15', '30', '45'])}。{r.choice(['微风', '大风', '北风', '西风'])}。海面{r.choice(['平静', '汹涌', '灰暗'])}。{r.choice(NAMES)}值班。"
    a, b, c = r.sample(OBJECTS, 3)
    return f"- {a}\n- {b}\n- {c}"


def statement(r):
    """Facts as plain sentences."""
    return "".join(r.choice([place_qa, thing_qa, town_qa])(r)[1] for _ in range(r.randrange(1, 4)))


def question(r):
    pick = r.random()
    if pick < 0.34:
        return place_qa(r)
    if pick < 0.54:
        return thing_qa(r)
    if pick < 0.70:
        return town_qa(r)
    if pick < 0.93:
        return simple_qa(r)
    return story_qa(r)


def document(r):
    """One document: ("text", str) or ("chat", [(role, content), …])."""
    pick = r.random()
    if pick < 0.12:
        return "text", story(r)
    if pick < 0.18:
        return "text", statement(r)
    if pick < 0.22:
        return "text", notes(r)
    turns = []
    for _ in range(1 if r.random() < 0.75 else 2):
        q, a = question(r)
        turns += [("user", q), ("assistant", a)]
    return "chat", turns


def documents(seed, count):
    r = random.Random(seed)
    return [document(r) for _ in range(count)]


if __name__ == "__main__":
    for kind, body in documents(1, 12):
        print(kind, body)
