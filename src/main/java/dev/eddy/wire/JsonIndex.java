package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where the fields of a JSON object are in its bytes. It reads the whole text and takes it only where there is no doubt that
 * it is JSON: what is rare (escaped names, depth, sizes near a limit, numbers that are none) it leaves to others, as it does
 * what is wrong. Working memory of one thread; holds one object at a time.
 */
final class JsonIndex {
    /** Parent of the fields of the outermost object. */
    static final int ROOT = -1;

    /** No such field. */
    static final int NONE = -2;

    static final byte NULL = 0;
    static final byte TRUE = 1;
    static final byte FALSE = 2;
    static final byte WHOLE = 3;
    static final byte DECIMAL = 4;
    static final byte STRING = 5;
    static final byte ARRAY = 6;
    static final byte OBJECT = 7;

    private static final int UNSURE = -1;
    private static final int MOST_FIELDS = 1024;
    private static final int BUCKETS = 2 * MOST_FIELDS;
    private static final int MOST_DEPTH = 64;
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_NUMBER = 256;
    private static final int LONGEST_TEXT = 1 << 24;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private byte[] text;
    private int fields;
    private final int[] parent = new int[MOST_FIELDS];
    private final int[] hash = new int[MOST_FIELDS];
    private final int[] nameFrom = new int[MOST_FIELDS];
    private final int[] nameTo = new int[MOST_FIELDS];
    private final byte[] kind = new byte[MOST_FIELDS];
    private final int[] from = new int[MOST_FIELDS];
    private final int[] to = new int[MOST_FIELDS];

    // The fields of a bucket, from the last one on: of several of a name the last counts.
    private final int[] bucket = new int[MOST_FIELDS];
    private final int[] before = new int[MOST_FIELDS];
    private final int[] last = new int[BUCKETS];

    // Of the value read last.
    private byte valueKind;

    /** Takes a text up; says whether it could. */
    boolean read(byte[] json) {
        text = json;
        fields = 0;
        if (json.length > LONGEST_TEXT) {
            return false;
        }
        int at = space(0);
        if (at(at) != '{') {
            return false;
        }
        at = object(at + 1, ROOT, 1);
        return at != UNSURE && space(at) == json.length;
    }

    byte[] text() {
        return text;
    }

    byte kind(int field) {
        return kind[field];
    }

    /** Where the value of a field begins; that of a string behind its quote. */
    int from(int field) {
        return from[field];
    }

    /** Where the value of a field ends; that of a string before its quote. */
    int to(int field) {
        return to[field];
    }

    /** The last field of a name in an object, {@link #ROOT} or a field of the kind {@link #OBJECT}; {@link #NONE} if it has none. */
    int find(int object, String name) {
        int nameHash = name.hashCode();
        int place = bucketOf(object, nameHash);
        int field = last[place];
        // What an earlier text left there is no field of this one, or one of another bucket.
        if (field >= fields || bucket[field] != place) {
            return NONE;
        }
        while (field != NONE && !(hash[field] == nameHash && parent[field] == object && isNamed(field, name))) {
            field = before[field];
        }
        return field;
    }

    private static int bucketOf(int object, int nameHash) {
        int mixed = (nameHash + 31 * object) * 0x9E3779B9;
        return mixed >>> (Integer.SIZE - Integer.numberOfTrailingZeros(BUCKETS));
    }

    private boolean isNamed(int field, String name) {
        int start = nameFrom[field];
        int length = nameTo[field] - start;
        int same = 0;
        if (length == name.length()) {
            while (same < length && text[start + same] == name.charAt(same)) {
                same++;
            }
        }
        return (same == length && length == name.length()) || name.equals(new String(text, start, length, UTF_8));
    }

    /** A byte; zero, which is nowhere in JSON, behind the end. */
    int at(int position) {
        return position < text.length ? text[position] : 0;
    }

    /** The place of the first byte that is not white space. */
    int space(int position) {
        int at = position;
        int c = at(at);
        while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            c = at(++at);
        }
        return at;
    }

    /**
     * Reads an object behind its brace.
     *
     * @param self its field, whose fields are kept; {@link #NONE} if they are not
     * @return where it ends, or {@link #UNSURE}
     */
    private int object(int position, int self, int depth) {
        int at = space(position);
        if (at(at) == '}') {
            return at + 1;
        }
        while (at(at) == '"') {
            int field = self == NONE ? NONE : fields++;
            if (field == MOST_FIELDS) {
                return UNSURE;
            }
            at = name(at + 1, field, self);
            if (at == UNSURE) {
                return UNSURE;
            }
            at = space(at);
            if (at(at) != ':') {
                return UNSURE;
            }
            int start = space(at + 1);
            at = value(start, field, depth);
            if (at == UNSURE) {
                return UNSURE;
            }
            if (field != NONE) {
                int quote = valueKind == STRING ? 1 : 0;
                kind[field] = valueKind;
                from[field] = start + quote;
                to[field] = at - quote;
            }
            at = space(at);
            int c = at(at);
            if (c == '}') {
                return at + 1;
            } else if (c != ',') {
                return UNSURE;
            }
            at = space(at + 1);
        }
        return UNSURE;
    }

    /** Reads a name behind its quote; the hash is that of {@link String#hashCode}. */
    private int name(int position, int field, int object) {
        int code = 0;
        int at = position;
        int c = at(at);
        while (c >= ' ' && c != '"' && c != '\\') {
            code = 31 * code + c;
            c = at(++at);
        }
        if (c < 0) {
            at = string(at) - 1;
            if (at < 0 || hasEscapes(position, at)) {
                return UNSURE;
            }
            code = new String(text, position, at - position, UTF_8).hashCode();
        } else if (c != '"') {
            return UNSURE;
        }
        if (at - position > LONGEST_NAME) {
            return UNSURE;
        }
        if (field != NONE) {
            int place = bucketOf(object, code);
            int previous = last[place];
            parent[field] = object;
            hash[field] = code;
            nameFrom[field] = position;
            nameTo[field] = at;
            before[field] = previous < field && bucket[previous] == place ? previous : NONE;
            bucket[field] = place;
            last[place] = field;
        }
        return at + 1;
    }

    /** Whether there is a backslash in a part of the text. */
    boolean hasEscapes(int start, int end) {
        for (int i = start; i < end; i++) {
            if (text[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    /** Reads a value again that was read before; says where it ends, and {@link #valueKind} what it is. */
    int value(int position) {
        return value(position, NONE, 1);
    }

    /** What the value is that was read last. */
    byte valueKind() {
        return valueKind;
    }

    /** Reads a value; {@link #valueKind} says what it is. */
    private int value(int position, int field, int depth) {
        int c = at(position);
        switch (c) {
            case '"' -> {
                int end = string(position + 1);
                valueKind = STRING;
                return end;
            }
            case '{' -> {
                int end = depth == MOST_DEPTH ? UNSURE : object(position + 1, field, depth + 1);
                valueKind = OBJECT;
                return end;
            }
            case '[' -> {
                int end = depth == MOST_DEPTH ? UNSURE : array(position + 1, depth + 1);
                valueKind = ARRAY;
                return end;
            }
            case 't' -> {
                return literal(position, "true", TRUE);
            }
            case 'f' -> {
                return literal(position, "false", FALSE);
            }
            case 'n' -> {
                return literal(position, "null", NULL);
            }
            default -> {
                return number(position, c);
            }
        }
    }

    private int array(int position, int depth) {
        int at = space(position);
        if (at(at) == ']') {
            return at + 1;
        }
        while (true) {
            at = value(at, NONE, depth);
            if (at == UNSURE) {
                return UNSURE;
            }
            at = space(at);
            int c = at(at);
            if (c == ']') {
                return at + 1;
            } else if (c != ',') {
                return UNSURE;
            }
            at = space(at + 1);
        }
    }

    private int literal(int position, String word, byte meaning) {
        for (int i = 0; i < word.length(); i++) {
            if (at(position + i) != word.charAt(i)) {
                return UNSURE;
            }
        }
        valueKind = meaning;
        return position + word.length();
    }

    private int number(int position, int first) {
        int at = first == '-' ? position + 1 : position;
        int digits = digits(at);
        if (digits == at || (at(at) == '0' && digits > at + 1)) {
            return UNSURE;
        }
        at = digits;
        valueKind = WHOLE;
        int c = at(at);
        if (c == '.') {
            digits = digits(at + 1);
            if (digits == at + 1) {
                return UNSURE;
            }
            at = digits;
            c = at(at);
            valueKind = DECIMAL;
        }
        if (c == 'e' || c == 'E') {
            int sign = at(at + 1);
            int start = sign == '+' || sign == '-' ? at + 2 : at + 1;
            at = digits(start);
            if (at == start) {
                return UNSURE;
            }
            valueKind = DECIMAL;
        }
        return at - position > LONGEST_NUMBER ? UNSURE : at;
    }

    private int digits(int position) {
        int at = position;
        int c = at(at);
        while (c >= '0' && c <= '9') {
            c = at(++at);
        }
        return at;
    }

    /** Reads a string behind its quote. */
    private int string(int position) {
        int at = position;
        while (true) {
            if (at + Long.BYTES <= text.length) {
                long special = special((long) LONG.get(text, at));
                if (special == 0) {
                    at += Long.BYTES;
                    continue;
                }
                at += Long.numberOfTrailingZeros(special) / Byte.SIZE;
            }
            int c = at(at);
            if (c == '"') {
                return at + 1;
            } else if (c == '\\') {
                at = escape(at + 1);
            } else if (c < 0) {
                at = character(at);
            } else if (c >= ' ') {
                at++;
            } else {
                return UNSURE;
            }
            if (at == UNSURE) {
                return UNSURE;
            }
        }
    }

    /** Eight bytes; the lowest bit that is set is in the first of them that is a quote, a backslash, no ASCII or a control. */
    private static long special(long eight) {
        long quote = eight ^ ONES * '"';
        long backslash = eight ^ ONES * '\\';
        long below = (quote - ONES) | (backslash - ONES) | (eight - ONES * ' ') | eight;
        return below & HIGH_BITS;
    }

    /** Reads what is behind a backslash. */
    private int escape(int position) {
        switch (at(position)) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return position + 1;
            }
            case 'u' -> {
                for (int i = 1; i <= 4; i++) {
                    if (Character.digit(at(position + i), 16) < 0) {
                        return UNSURE;
                    }
                }
                return position + 5;
            }
            default -> {
                return UNSURE;
            }
        }
    }

    /** Reads a character of several bytes, as the Unicode Standard has them (its table 3-7). */
    private int character(int position) {
        int first = at(position) & 0xFF;
        int second = at(position + 1) & 0xFF;
        if (first < 0xC2 || first > 0xF4) {
            return UNSURE;
        } else if (first < 0xE0) {
            return isIn(second, 0x80, 0xBF) ? position + 2 : UNSURE;
        } else if (first < 0xF0) {
            boolean valid = isIn(second, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
            return valid && isIn(at(position + 2) & 0xFF, 0x80, 0xBF) ? position + 3 : UNSURE;
        }
        boolean valid = isIn(second, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
        return valid && isIn(at(position + 2) & 0xFF, 0x80, 0xBF) && isIn(at(position + 3) & 0xFF, 0x80, 0xBF)
                ? position + 4
                : UNSURE;
    }

    private static boolean isIn(int value, int least, int most) {
        return least <= value && value <= most;
    }
}
