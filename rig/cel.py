# SPDX-License-Identifier: Apache-2.0
"""Reads a TCG Canonical Event Log, as CEL-TLV or CEL-JSON, by the tables of the specification (1.1) and not by DomB's
own code, and replays it. As a program: cel.py FORM < LOG prints "PCR BANK VALUE" for each."""
import hashlib
import json
import sys
from dataclasses import dataclass

# The TLV encoding: one byte of type, four of length, big-endian. 5.1 of the specification.
_RECNUM, _PCR, _DIGESTS, _PCCLIENT_STD = 0, 1, 3, 5
_EVENT_TYPE, _EVENT_DATA = 0, 1
_BANKS = {0x04: "sha1", 0x0B: "sha256", 0x0C: "sha384", 0x0D: "sha512"}
_EVENT_TYPES = {"EV_NO_ACTION": 3, "EV_SEPARATOR": 4, "EV_EVENT_TAG": 6}


class CELError(Exception):
    pass


@dataclass
class Record:
    number: int
    pcr: int
    digests: dict
    event_type: int
    data: bytes


def _fields(data: bytes) -> list:
    """Type and value of each TLV."""
    found, offset = [], 0
    while offset < len(data):
        if len(data) - offset < 5:
            raise CELError(f"offset {offset}: no room for type and length")
        length = int.from_bytes(data[offset + 1:offset + 5], "big")
        value = data[offset + 5:offset + 5 + length]
        if len(value) != length:
            raise CELError(f"offset {offset}: cut short")
        found.append((data[offset], value))
        offset += 5 + length
    return found


def parse_tlv(log: bytes) -> list:
    fields, records = _fields(log), []
    if len(fields) % 4:
        raise CELError("a record is not whole")
    for at in range(0, len(fields), 4):
        types = [kind for kind, _ in fields[at:at + 4]]
        if types != [_RECNUM, _PCR, _DIGESTS, _PCCLIENT_STD]:
            raise CELError(f"record {at // 4}: fields {types}")
        number, pcr, digests, content = [value for _, value in fields[at:at + 4]]
        # go-eventlog takes these sizes and no others.
        if len(number) != 8 or len(pcr) != 1:
            raise CELError(f"record {at // 4}: number or PCR of another size")
        (kind, event_type), (other_kind, data) = _fields(content)
        if (kind, other_kind) != (_EVENT_TYPE, _EVENT_DATA) or len(event_type) != 4:
            raise CELError(f"record {at // 4}: not the content of a PC client event")
        records.append(Record(int.from_bytes(number, "big"), pcr[0],
                              {_BANKS[bank]: digest for bank, digest in _fields(digests)},
                              int.from_bytes(event_type, "big"), data))
    return records


def parse_json(log: bytes) -> list:
    records = []
    for item in json.loads(log):
        if set(item) != {"recnum", "pcr", "digests", "content_type", "content"}:
            raise CELError(f"record with the members {sorted(item)}")
        if item["content_type"] != "pcclient_std":
            raise CELError(f"content type {item['content_type']}")
        content = item["content"]
        digests = {digest["hashAlg"]: bytes.fromhex(digest["digest"]) for digest in item["digests"]}
        records.append(Record(item["recnum"], item["pcr"], digests, _EVENT_TYPES[content["event_type"]],
                              bytes.fromhex(content["event_data"])))
    return records


FORMS = {"cel-tlv": parse_tlv, "cel-json": parse_json}


def replay(records: list) -> dict:
    """{pcr: {bank: hex}}: every record extends, as go-eventlog has it, from zeros."""
    values = {}
    for record in records:
        if not record.digests:
            raise CELError(f"record {record.number}: no digest")
        banks = values.setdefault(record.pcr, {})
        for bank, digest in record.digests.items():
            size = hashlib.new(bank).digest_size
            if len(digest) != size:
                raise CELError(f"record {record.number}: a {bank} digest of {len(digest)} bytes")
            before = banks.get(bank, bytes(size))
            banks[bank] = hashlib.new(bank, before + digest).digest()
    return {pcr: {bank: value.hex() for bank, value in banks.items()} for pcr, banks in values.items()}


def tcg(records: list) -> bytes:
    """The TCG crypto-agile log that says the same: record 0 follows from the banks of the first record."""
    numbers = {name: number for number, name in _BANKS.items()}
    banks = list(records[0].digests)
    identification = b"Spec ID Event03\0" + bytes(4) + bytes([0, 2, 0, 2]) + len(banks).to_bytes(4, "little")
    for bank in banks:
        identification += numbers[bank].to_bytes(2, "little") + hashlib.new(bank).digest_size.to_bytes(2, "little")
    identification += b"\0"
    log = bytes(4) + (3).to_bytes(4, "little") + bytes(20) + len(identification).to_bytes(4, "little") + identification
    for record in records:
        log += b"".join(number.to_bytes(4, "little") for number in (record.pcr, record.event_type, len(banks)))
        for bank, digest in record.digests.items():
            log += numbers[bank].to_bytes(2, "little") + digest
        log += len(record.data).to_bytes(4, "little") + record.data
    return log


def main() -> None:
    try:
        records = FORMS[sys.argv[1]](sys.stdin.buffer.read())
    except (CELError, KeyError, ValueError) as error:
        raise SystemExit(f"cel.py: {error}") from None
    print("numbers", *(record.number for record in records))
    for pcr, banks in sorted(replay(records).items()):
        for bank, value in banks.items():
            print(pcr, bank, value)


if __name__ == "__main__":
    main()
