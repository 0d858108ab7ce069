"""What Python's own parser reads of a report of mail (RFC 3464), given on stdin, as one line of JSON."""
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = list(m.iter_parts())
print(json.dumps({
    "type": m.get_content_type(), "report": m.get_param("report-type"), "auto": str(m["Auto-Submitted"]), "parts": [p.get_content_type() for p in parts],
    "words": parts[0].get_content(), "facts": [dict(block.items()) for block in parts[1].get_payload()], "head": parts[2].get_content(), "defects": [str(d) for p in m.walk() for d in p.defects],
}))
