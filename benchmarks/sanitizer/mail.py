"""Makes ordinary messages and times `sekisho mail sanitize` over folders of few and of many: the difference is what one costs when all is warm."""
import argparse, base64, email.utils, json, os, random, resource, shutil, subprocess, sys, tempfile, time
from email.message import EmailMessage

WORDS = "会議 資料 予算 住民 防災 訓練 計画 担当 連絡 確認 期限 様式 申請 受付 調整 変更 委員会 説明会 アンケート 見積書".split()

def sentence(chance, count):
    return "".join(chance.choice(WORDS) + chance.choice("をがはにで、") for _ in range(count)) + "お願いします。"

def message(kind, chance):
    m = EmailMessage()
    m["From"] = f"{chance.choice(WORDS)}係 <kakari{chance.randrange(100)}@example{chance.randrange(50)}.co.jp>"
    m["To"] = "職員 <shokuin@city.example.lg.jp>"
    m["Subject"] = sentence(chance, 3)
    m["Date"] = email.utils.format_datetime(email.utils.parsedate_to_datetime("Sat, 21 Nov 2026 10:00:00 +0900"))
    m["Message-ID"] = f"<{chance.randrange(1 << 60)}@example.co.jp>"
    for hop in range(4): m["Received"] = f"from mx{hop}.example.jp (mx{hop}.example.jp [192.0.2.{hop}]) by mx{hop + 1}.example.jp with ESMTPS id {chance.randrange(1 << 40):x}; Sat, 21 Nov 2026 10:00:0{hop} +0900"
    m["X-Mailer"] = "Mailer 1.0"
    text = "\n".join(sentence(chance, 12) for _ in range(40))
    m.set_content(text, charset="iso-2022-jp" if kind == "text" else "utf-8")
    if kind in ("html", "file"):
        rows = "".join(f"<tr><td>{chance.choice(WORDS)}</td><td>{chance.randrange(1000)}円</td><td><a href='https://www.example.jp/{i}'>詳細</a></td></tr>" for i in range(20))
        m.add_alternative("<html><head><style>p{color:#333}</style></head><body>" + "".join(f"<p style='margin:0'>{line}</p>" for line in text.split("\n")) + f"<table border=1><tr><th>項目<th>金額<th>リンク</tr>{rows}</table><img src='https://track.example/1.gif' width=1></body></html>", subtype="html")
    if kind == "file":
        m.add_attachment(("名前,数,備考\r\n" + "".join(f"{chance.choice(WORDS)},{i},{sentence(chance, 3)}\r\n" for i in range(60))).encode(), maintype="text", subtype="csv", filename="一覧.csv")
    return bytes(m).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

def run(folder, jobs):
    out = tempfile.mkdtemp(prefix="mail-out-")
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([os.environ["SEKISHO"], "mail", "sanitize", folder, "--out", out, "--jobs", str(jobs)], capture_output=True, text=True)
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    count = len(os.listdir(out))
    shutil.rmtree(out)
    if done.returncode: sys.exit(done.stderr[-2000:])
    return count, took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    arguments = parser.parse_args()
    print("| messages | bytes each | a second, 2 at a time | CPU ms each | start, s |\n|---|---|---|---|---|")
    for kind in ("text", "html", "file"):
        chance, top = random.Random(20261121), tempfile.mkdtemp(prefix="mail-in-")
        few, many = os.path.join(top, "few"), os.path.join(top, "many")
        size = 0
        for folder, count in ((few, 200), (many, arguments.count + 200)):
            os.mkdir(folder)
            for i in range(count):
                content = message(kind, chance)
                size = len(content)
                with open(os.path.join(folder, f"{i:05}.eml"), "wb") as file: file.write(content)
        run(few, 2)
        (a, ta, ca), (b, tb, cb) = run(few, 2), run(many, 2)
        rate = (b - a) / (tb - ta)
        print(f"| {kind} | {size:,} | {rate:.0f} | {(cb - ca) / (b - a) * 1000:.1f} | {ta - a / rate:.2f} |", flush=True)
        shutil.rmtree(top)

main()
