"""Sends one message by Python's smtplib after STARTTLS: tls.py PORT CA|- FROM TO. With - in the clear. Prints the answer and the version of TLS, or why not."""
import smtplib, ssl, sys
port, ca, sender, to = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
try:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client._host = "127.0.0.1"
        if ca != "-": client.starttls(context=ssl.create_default_context(cafile=ca))
        client.sendmail(sender, [to], "From: <%s>\r\nSubject: tls\r\nMessage-ID: <tls@example.com>\r\n\r\ntext\r\n" % sender)
        print("250", client.sock.version() if ca != "-" else "")
except smtplib.SMTPResponseException as e: print(e.smtp_code)
except ssl.SSLError as e: print(e)
