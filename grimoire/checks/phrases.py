"""Regular expressions put together from lists of phrases, in both Chinese scripts."""

from __future__ import annotations

_PAIRS = (
    "与與专專业業丢丟两兩严嚴个個为為么麼义義书書习習买買于於产產亲親们們价價众眾会會传傳体體余餘关關兴興写寫冲衝决決减減几幾"
    "划劃创創删刪别別办辦务務动動势勢区區协協单單卖賣厂廠历歷压壓参參双雙发發变變号號后後吗嗎员員响響問问坏壞块塊声聲处處备備复復"
    "头頭学學实實审審对對导導将將尝嘗尽盡层層属屬师師帮幫干幹庆慶应應开開异異张張强強当當录錄态態总總恼惱悬懸惊驚愿願户戶执執"
    "扩擴护護报報拟擬择擇换換据據损損摆擺数數断斷无無时時显顯暂暫术術机機条條来來极極构構标標样樣检檢欢歡没沒沟溝测測浓濃润潤满滿"
    "滤濾点點热熱烦煩爱愛状狀现現画畫盖蓋稳穩竞競笔筆筛篩签簽简簡类類粘黏纪紀约約级級纲綱线線组組细細终終经經结結给給络絡统統"
    "继繼续續缩縮网網罗羅联聯节節虑慮见見规規视視览覽觉覺触觸计計订訂认認讨討让讓训訓议議记記讲講许許论論设設访訪证證评評识識诉訴词詞"
    "译譯试試话話询詢该該详詳语語误誤说說请請诸諸读讀调調谅諒谢謝贴貼资資赋賦赖賴赞贊转轉软軟轻輕载載较較辑輯输輸达達过過运運还還这這"
    "进進违違连連迟遲适適选選递遞遗遺邮郵释釋里裡银銀链鏈销銷错錯键鍵长長门門闭閉间間问問阅閱队隊际際随隨难難雾霧静靜韵韻页頁项項须須"
    "顺順预預领領频頻题題颜顏风風饰飾驱驅验驗"
    "优優伪偽偿償则則剧劇劳勞儿兒启啟围圍够夠广廣归歸拥擁拦攔挤擠浏瀏获獲虚虛补補讯訊诗詩诺諾课課谁誰谈談败敗货貨贷貸赔賠辞辭"
    "边邊险險隐隱顾顧马馬图圖编編纠糾绍紹绕繞绘繪绝絕维維综綜"
)
_OTHER_SCRIPT = {ord(a): f"[{a}{b}]" for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}


def any_of(*phrases: str) -> str:
    """An alternation of patterns."""
    return f"(?:{'|'.join(phrases)})"


def either_script(pattern: str) -> str:
    """The pattern of Simplified characters for Traditional ones too; none may stand in a class of characters."""
    return pattern.translate(_OTHER_SCRIPT)


def words(listed: str) -> tuple[str, ...]:
    """Words listed with bars between them."""
    return tuple(listed.split("|"))


def each(*phrases: str) -> tuple[str, ...]:
    """Phrases, each of them perhaps over several lines: the linter takes such in a list for a forgotten comma."""
    return phrases
