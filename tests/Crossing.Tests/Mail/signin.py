"""Signs in by Python's smtplib after STARTTLS and sends one message: signin.py PORT CA|- PLAIN|LOGIN|NONE USER KEY FROM SHOWN TO SUBJECT. With - in the clear. Prints what was answered."""
import smtplib, ssl, sys
port, ca, mechanism, user, key, sender, shown, to, subject = sys.argv[1:]
try:
    with smtplib.SMTP("127.0.0.1", int(port), timeout=60) as client:
        client._host = "127.0.0.1"
        if ca != "-": client.starttls(context=ssl.create_default_context(cafile=ca))
        client.ehlo("mfp.example.lg.jp")
        if mechanism != "NONE":
            client.user, client.password = user, key
            client.auth(mechanism, client.auth_plain if mechanism == "PLAIN" else client.auth_login, initial_response_ok=mechanism == "PLAIN")
        refused = client.sendmail(sender, [to], ("From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <%s@mfp>\r\n\r\nscan\r\n" % (shown, to, subject, subject)).encode())
        print("250", client.esmtp_features.get("auth", "").strip())
except smtplib.SMTPResponseException as e: print(e.smtp_code, e.smtp_error.decode())
except smtplib.SMTPRecipientsRefused as e: print(*[f"{c} {t.decode()}" for c, t in e.recipients.values()], sep="\n")
