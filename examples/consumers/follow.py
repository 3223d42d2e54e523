# Follows `referrals` and writes each to a file once, whatever comes twice: after a crash of the worker, or of this.
#   python follow.py out.ndjson      KAFKA_BROKERS, ROUTER_TOPIC_PREFIX; needs confluent-kafka
import json, os, signal, sys
from confluent_kafka import Consumer

file = sys.argv[1] if len(sys.argv) > 1 else "referrals.ndjson"
prefix = os.environ.get("ROUTER_TOPIC_PREFIX", "")

latest = {}  # By partition and lane the highest `seq`, two integers. What was written says it: the two can't disagree.


def is_new(place, seq):
    numbers = tuple(map(int, seq.split(".")))
    if numbers <= latest.get(place, (-1, -1)):
        return False
    latest[place] = numbers
    return True


out = open(file, "a+b")
out.seek(0)
whole = out.read()
whole = whole[: whole.rfind(b"\n") + 1]
out.truncate(len(whole))  # A crash may leave half a line.
for line in whole.splitlines():
    told = json.loads(line)
    is_new(told["place"], told["seq"])

consumer = Consumer({
    "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
    "group.id": prefix + "notifier-py",
    "session.timeout.ms": 10_000,
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
})
consumer.subscribe([prefix + "referrals"])
going = True


def stop(*_):
    global going
    going = False


signal.signal(signal.SIGTERM, stop)
while going:
    message = consumer.poll(0.5)
    if message is None or message.error():
        continue
    headers = {name: value.decode() for name, value in message.headers()}
    place, seq = f"{message.partition()} {headers['lane']}", headers["seq"]
    if is_new(place, seq):
        told = {"place": place, "seq": seq, "referral": json.loads(message.value())}
        out.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())
    consumer.commit(message)  # After the line is written: what is read again is known by its `seq`.
consumer.close()
