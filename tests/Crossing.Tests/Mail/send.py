"""Sends files by Python's smtplib: send.py PORT FROM TO[,TO] FILE... ; one session. Prints each answer."""
import smtplib, sys
port, sender, to, files = int(sys.argv[1]), sys.argv[2], sys.argv[3].split(","), sys.argv[4:]
with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
    for name in files:
        try:
            refused = client.sendmail(sender, to, open(name, "rb").read(), mail_options=["BODY=8BITMIME"])
            print("250", refused if refused else "")
        except smtplib.SMTPResponseException as e: print(e.smtp_code, e.smtp_error.decode())
        except smtplib.SMTPRecipientsRefused as e: print(*[f"{c} {t.decode()}" for c, t in e.recipients.values()], sep="\n")
