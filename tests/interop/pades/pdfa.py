"""What ISO 19005-3 asks of a PDF/A-3u, as far as it can be seen in the objects of a file, read with pyHanko.

`pdfa.py FILE` prints `PDF/A-3u holds` or every rule that is broken; `pdfa.py --defects FILE` breaks one rule after the other in
a copy and prints how many it caught. It is no veraPDF: glyph widths and the operators of pages are not looked at.
"""

import datetime
import io
import re
import sys

from lxml import etree
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader

RDF = '{http://www.w3.org/1999/02/22-rdf-syntax-ns#}'
DC = '{http://purl.org/dc/elements/1.1/}'
XMP = '{http://ns.adobe.com/xap/1.0/}'
PDF = '{http://ns.adobe.com/pdf/1.3/}'
PDFAID = '{http://www.aiim.org/pdfa/ns/id/}'
EXTENSION = '{http://www.aiim.org/pdfa/ns/extension/}'
# Namespaces whose properties need no description of their own.
KNOWN = {
    'http://purl.org/dc/elements/1.1/',
    'http://ns.adobe.com/xap/1.0/',
    'http://ns.adobe.com/xap/1.0/mm/',
    'http://ns.adobe.com/xap/1.0/t/pg/',
    'http://ns.adobe.com/pdf/1.3/',
    'http://www.aiim.org/pdfa/ns/id/',
    'http://www.aiim.org/pdfa/ns/extension/',
    'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
}
FILTERS = {
    '/ASCIIHexDecode', '/ASCII85Decode', '/RunLengthDecode', '/FlateDecode', '/CCITTFaxDecode', '/JBIG2Decode', '/DCTDecode',
    '/JPXDecode',
}
ACTIONS = {'/GoTo', '/GoToR', '/GoToE', '/Thread', '/URI', '/Named', '/SubmitForm'}
NAMED = {'/NextPage', '/PrevPage', '/FirstPage', '/LastPage'}
ANNOTATIONS = {
    '/Text', '/Link', '/FreeText', '/Line', '/Square', '/Circle', '/Polygon', '/PolyLine', '/Highlight', '/Underline',
    '/Squiggly', '/StrikeOut', '/Stamp', '/Caret', '/Ink', '/Popup', '/FileAttachment', '/Widget', '/PrinterMark', '/TrapNet',
    '/Watermark', '/Redact',
}
BLENDS = {
    '/Normal', '/Compatible', '/Multiply', '/Screen', '/Overlay', '/Darken', '/Lighten', '/ColorDodge', '/ColorBurn',
    '/HardLight', '/SoftLight', '/Difference', '/Exclusion', '/Hue', '/Saturation', '/Color', '/Luminosity',
}
RELATIONS = {'/Source', '/Data', '/Alternative', '/Supplement', '/EncryptedPayload', '/FormData', '/Schema', '/Unspecified'}


class File:
    def __init__(self, data):
        self.data = data
        self.reader = PdfFileReader(io.BytesIO(data))
        self.broken = []
        self.seen = []
        self.collect(self.reader.root, set())
        if '/Info' in self.reader.trailer_view:
            self.collect(self.reader.trailer_view['/Info'], set())

    def collect(self, start, known):
        todo = [start]
        while todo:
            one = todo.pop()
            if isinstance(one, IndirectObject):
                key = (one.idnum, one.generation)
                if key in known:
                    continue
                known.add(key)
                one = one.get_object()
            if isinstance(one, DictionaryObject):
                self.seen.append(one)
                todo.extend(dict.values(one))
            elif isinstance(one, ArrayObject):
                todo.extend(list.__iter__(one))

    def rule(self, name, holds):
        if not holds:
            self.broken.append(name)

    def check(self):
        for part in (self.form, self.metadata, self.colors, self.fonts, self.streams, self.actions, self.annotations,
                     self.attached, self.transparency, self.catalog):
            try:
                part()
            except Exception as error:  # What cannot be read is no PDF/A.
                self.broken.append(f'{part.__name__}: {type(error).__name__}: {error}')
        return sorted(set(self.broken))

    def form(self):
        head = re.match(rb'%PDF-1\.[0-7]\r?\n%([^\r\n]{4,})', self.data)
        self.rule('header with a comment of four bytes above 127', head and all(byte > 127 for byte in head[1][:4]))
        trailer = self.reader.trailer_view
        ids = trailer['/ID'] if '/ID' in trailer else []
        self.rule('two identifiers in the trailer', len(ids) == 2 and all(len(one) > 0 for one in ids))
        self.rule('no encryption', '/Encrypt' not in trailer)
        self.rule('nothing behind the end', re.search(rb'%%EOF\r?\n?\Z', self.data))

    def metadata(self):
        stream = self.reader.root['/Metadata']
        self.rule('metadata is XML', stream['/Type'] == '/Metadata' and stream['/Subtype'] == '/XML')
        self.rule('metadata without a filter', '/Filter' not in stream)
        xml = stream.data
        self.rule('packet header without encoding', b'<?xpacket begin=' in xml and b'bytes=' not in xml.split(b'?>')[0])
        root = etree.fromstring(xml[xml.index(b'<x:xmpmeta'):xml.index(b'</x:xmpmeta>') + 12])
        said = {}
        for description in root.iter(f'{RDF}Description'):
            if description.getparent().tag == f'{RDF}RDF':
                said.update(description.attrib)
                said.update({child.tag: child for child in description})

        def text(tag):
            one = said.get(tag)
            if one is None or isinstance(one, str):
                return one
            return ' '.join(''.join(one.itertext()).split())

        self.rule('pdfaid:part is 3', text(f'{PDFAID}part') == '3')
        self.rule('pdfaid:conformance is U', text(f'{PDFAID}conformance') == 'U')
        described = {one.text for one in root.iter('{http://www.aiim.org/pdfa/ns/schema#}namespaceURI')}
        spaces = {etree.QName(tag).namespace for tag in said}
        self.rule('every property has a described schema', spaces <= KNOWN | described)
        info = self.reader.trailer_view['/Info'] if '/Info' in self.reader.trailer_view else {}
        pairs = {
            '/Title': f'{DC}title', '/Author': f'{DC}creator', '/Subject': f'{DC}description', '/Keywords': f'{PDF}Keywords',
            '/Creator': f'{XMP}CreatorTool', '/Producer': f'{PDF}Producer',
        }
        for key, tag in pairs.items():
            if key in info:
                self.rule(f'{key} of Info is that of the metadata', str(info[key]) == text(tag))
        for key, tag in {'/CreationDate': f'{XMP}CreateDate', '/ModDate': f'{XMP}ModifyDate'}.items():
            if key in info:
                same = text(tag) and moment(str(info[key])) == datetime.datetime.fromisoformat(text(tag))
                self.rule(f'{key} of Info is that of the metadata', same)
        self.rule('a title', text(f'{DC}title'))

    def colors(self):
        intents = [one for one in items(self.reader.root['/OutputIntents']) if one['/S'] == '/GTS_PDFA1']
        self.rule('one output intent for PDF/A', len(intents) == 1)
        for intent in intents:
            profile = intent['/DestOutputProfile']
            data = profile.data
            space = {b'RGB ': 3, b'GRAY': 1, b'CMYK': 4}.get(data[16:20])
            self.rule('an ICC profile', data[36:40] == b'acsp' and int.from_bytes(data[:4], 'big') == len(data))
            self.rule('an ICC profile of version 4 at most', data[8] <= 4)
            self.rule('an ICC profile for output or displays', data[12:16] in (b'prtr', b'mntr'))
            self.rule('as many components as the profile has', profile['/N'] == space)
            self.rule('device colors fit the output intent', space == 3 or '/DeviceRGB' not in self.names())
        self.rule('no CMYK without its profile', '/DeviceCMYK' not in self.names())

    def names(self):
        found = set()
        for one in self.seen:
            for value in dict.values(one):
                found.update(str(name) for name in flat(value) if isinstance(name, NameObject))
        return found

    def fonts(self):
        fonts = [one for one in self.seen if '/Type' in one and one['/Type'] == '/Font']
        self.rule('there is text', fonts)
        for font in fonts:
            kind = font['/Subtype']
            if kind == '/Type0':
                self.rule('a Unicode mapping of each font', '/ToUnicode' in font)
                self.rule('no character without a Unicode value', not unmapped(font['/ToUnicode'].data))
                self.rule('an encoding that is predefined or embedded', font['/Encoding'] in ('/Identity-H', '/Identity-V'))
                below = items(font['/DescendantFonts'])[0]
                if below['/Subtype'] == '/CIDFontType2':
                    self.rule('a map from CID to glyph', '/CIDToGIDMap' in below)
            elif kind != '/Type3':
                descriptor = font['/FontDescriptor']
                files = [key for key in ('/FontFile', '/FontFile2', '/FontFile3') if key in descriptor]
                self.rule('each font is embedded', len(files) == 1)
                for key in files:
                    self.rule('each font has its program', len(descriptor[key].data) > 100)
                    if key == '/FontFile3':
                        kinds = ('/Type1C', '/CIDFontType0C', '/OpenType')
                        self.rule('a font program of a known kind', descriptor[key]['/Subtype'] in kinds)
                if not kind.startswith('/CIDFont'):
                    self.rule('a Unicode mapping of each font', '/ToUnicode' in font)

    def streams(self):
        for one in self.seen:
            if not isinstance(one, StreamObject):
                continue
            self.rule('no stream from outside', not any(key in one for key in ('/F', '/FFilter', '/FDecodeParms')))
            filters = {str(name) for name in flat(one['/Filter'])} if '/Filter' in one else set()
            self.rule('filters that are allowed', filters <= FILTERS)
            kind = one['/Subtype'] if '/Subtype' in one else None
            if kind == '/Image':
                self.rule('no smoothed image', '/Interpolate' not in one or not one['/Interpolate'])
                self.rule('no alternate image', '/Alternates' not in one)
            self.rule('no OPI', '/OPI' not in one)
            self.rule('no PostScript', kind != '/PS' and '/PS' not in one)
            self.rule('no reference to another file', '/Ref' not in one)

    def actions(self):
        for one in self.seen:
            self.rule('no script', '/JS' not in one and '/JavaScript' not in one)
            self.rule('no additional actions', '/AA' not in one)
            if '/S' in one and ('/Type' in one and one['/Type'] == '/Action' or one['/S'] in NEVER):
                self.rule('actions that are allowed', one['/S'] in ACTIONS)
                if one['/S'] == '/Named':
                    self.rule('a named action that is allowed', one['/N'] in NAMED)
        self.rule('no script by name', '/Names' not in self.reader.root or '/JavaScript' not in self.reader.root['/Names'])

    def annotations(self):
        for one in self.seen:
            if '/Subtype' not in one or one['/Subtype'] not in ANNOTATIONS or '/Rect' not in one:
                continue
            if one['/Subtype'] == '/Popup':
                continue
            flags = int(one['/F']) if '/F' in one else 0
            self.rule('annotations are printed and seen', flags & 4 and not flags & (1 | 2 | 32 | 256))
            left, bottom, right, top = (float(side) for side in items(one['/Rect']))
            if one['/Subtype'] != '/Link' and (left, bottom) != (right, top):
                self.rule('an annotation has its appearance', '/AP' in one and list(one['/AP']) == ['/N'])
            self.rule('no action of a field', one['/Subtype'] != '/Widget' or '/A' not in one)
        for page in (one for one in self.seen if '/Type' in one and one['/Type'] == '/Page'):
            for one in items(page['/Annots']) if '/Annots' in page else []:
                self.rule('annotations of a known kind', one['/Subtype'] in ANNOTATIONS)

    def attached(self):
        listed = items(self.reader.root['/AF']) if '/AF' in self.reader.root else []
        for one in self.seen:
            if '/EF' not in one:
                continue
            self.rule('an attached file has both names', '/F' in one and '/UF' in one)
            self.rule('an attached file says what it is', '/AFRelationship' in one and one['/AFRelationship'] in RELATIONS)
            self.rule('an attached file belongs to the document', any(one == other for other in listed))
            stream = one['/EF']['/F']
            self.rule('an attached file has its type', '/Subtype' in stream and '/' in str(stream['/Subtype'])[1:])
            self.rule('an attached file has its date', '/Params' in stream and '/ModDate' in stream['/Params'])

    def transparency(self):
        for one in self.seen:
            self.rule('no transfer function', '/TR' not in one)
            self.rule('no other halftone', '/HTP' not in one)
            if '/BM' in one:
                self.rule('a known blend mode', all(str(name) in BLENDS for name in flat(one['/BM'])))

    def catalog(self):
        root = self.reader.root
        self.rule('a language', '/Lang' in root and str(root['/Lang']))
        self.rule('no requirements', '/Requirements' not in root)
        self.rule('no need of rendering', '/NeedsRendering' not in root)
        form = root['/AcroForm'] if '/AcroForm' in root else {}
        self.rule('no XFA', '/XFA' not in form)
        self.rule('fields have their appearances', '/NeedAppearances' not in form or not form['/NeedAppearances'])
        self.rule('no layer that shows itself', not any('/OCGs' in one and '/AS' in one for one in self.seen))
        permissions = root['/Perms'] if '/Perms' in root else {}
        self.rule('no permissions but those of a signature', set(permissions) <= {'/UR3', '/DocMDP'})


NEVER = {
    '/Launch', '/Sound', '/Movie', '/ResetForm', '/ImportData', '/Hide', '/SetOCGState', '/Rendition', '/Trans', '/GoTo3DView',
    '/JavaScript',
}


def items(array):
    return [one.get_object() if isinstance(one, IndirectObject) else one for one in list.__iter__(array)]


def flat(value):
    if isinstance(value, IndirectObject):
        return []
    if isinstance(value, ArrayObject):
        return [inner for one in list.__iter__(value) for inner in flat(one)]
    return [value]


def moment(text):
    parts = re.fullmatch(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d\d'\d\d'?)", text)
    zone = '+00:00' if parts[7] == 'Z' else parts[7][:3] + ':' + parts[7][4:6]
    return datetime.datetime.fromisoformat('{}-{}-{}T{}:{}:{}'.format(*parts.groups()[:6]) + zone)


def unmapped(cmap):
    """Unicode values that ISO 19005-3, 6.2.11.7.2, forbids in a map."""
    values = []
    for block in re.findall(rb'beginbfchar(.*?)endbfchar', cmap, re.S):
        values += re.findall(rb'<[0-9A-Fa-f]+>\s*<([0-9A-Fa-f]*)>', block)
    for block in re.findall(rb'beginbfrange(.*?)endbfrange', cmap, re.S):
        values += re.findall(rb'<[0-9A-Fa-f]+>\s*<[0-9A-Fa-f]+>\s*<([0-9A-Fa-f]*)>', block)
    bad = {b'', b'0000', b'FEFF', b'FFFE'}
    return not values or any(value.upper() in bad for value in values)


# Each breaks one rule without moving a byte.
DEFECTS = [
    (b'/AFRelationship', b'/AFRelationshiq'),
    (b'pdfaid:conformance>U<', b'pdfaid:conformance>B<'),
    (b'pdfaid:part>3<', b'pdfaid:part>2<'),
    (b'/GTS_PDFA1', b'/GTS_PDFX1'),
    (b'/ToUnicode', b'/ToUnicodf'),
    (b'/FontFile3', b'/FontFile4'),
    (b'/Lang(zh-CN)', b'/Lanh(zh-CN)'),
    (b'/CreationDate(D:20', b'/CreationDate(D:21'),
    (b'/Metadata', b'/Metadatb'),
    (b'/OutputIntents', b'/OutputIntentt'),
    (b'/ID[', b'/IE['),
    (b'/UF', b'/UG'),
    (b'/Filter', b'/FFilte'),
]


def main():
    if sys.argv[1] == '--defects':
        with open(sys.argv[2], 'rb') as file:
            data = file.read()
        caught = 0
        for old, new in DEFECTS:
            damaged = data.replace(old, new)
            if old not in data:
                print(f'not there: {old}')
            elif findings(damaged):
                caught += 1
            else:
                print(f'not caught: {old} as {new}')
        print(f'{caught} of {len(DEFECTS)} defects caught')
        return caught != len(DEFECTS)
    with open(sys.argv[1], 'rb') as file:
        broken = findings(file.read())
    for rule in broken:
        print(f'broken: {rule}')
    if not broken:
        print('PDF/A-3u holds')
    return bool(broken)


def findings(data):
    try:
        return File(data).check()
    except Exception as error:  # What cannot be read at all is no PDF/A.
        return [f'unreadable: {type(error).__name__}: {error}']


sys.exit(main())
