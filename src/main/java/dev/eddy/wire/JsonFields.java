package dev.eddy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eddy.model.Fields;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of a JSON object, read from its bytes when they are asked for; they are what {@link JsonTree} has. Working memory
 * of one thread; holds one object at a time.
 */
final class JsonFields implements Fields {
    /** Every whole number with so many digits is a long. */
    private static final int LONG_DIGITS = 18;

    private final JsonIndex index = new JsonIndex();
    private Fields tree; // null: not needed yet

    /** Takes a text up; says whether it could. */
    boolean read(byte[] json) {
        tree = null;
        return index.read(json);
    }

    @Override
    public Object get(String[] path) {
        int field = JsonIndex.ROOT;
        for (String name : path) {
            if (field != JsonIndex.ROOT && index.kind(field) != JsonIndex.OBJECT) {
                return null;
            }
            field = index.find(field, name);
            if (field == JsonIndex.NONE) {
                return null;
            }
        }
        Object value = field == JsonIndex.ROOT ? this : plain(index.kind(field), index.from(field), index.to(field));
        return value == this ? tree().get(path) : value;
    }

    private Fields tree() {
        if (tree == null) {
            tree = JsonTree.read(index.text());
        }
        return tree;
    }

    /** A value; this object itself if it is better taken from the tree. */
    private Object plain(byte kind, int from, int to) {
        return switch (kind) {
            case JsonIndex.NULL -> null;
            case JsonIndex.TRUE -> true;
            case JsonIndex.FALSE -> false;
            case JsonIndex.WHOLE -> whole(from, to);
            case JsonIndex.DECIMAL -> DecimalReader.read(index.text(), from, to);
            case JsonIndex.STRING -> string(from, to);
            case JsonIndex.ARRAY -> array(from);
            default -> this;
        };
    }

    private Object whole(int from, int to) {
        if (to - from > LONG_DIGITS) {
            return this;
        }
        byte[] text = index.text();
        boolean negative = text[from] == '-';
        long number = 0;
        for (int i = negative ? from + 1 : from; i < to; i++) {
            number = 10 * number + text[i] - '0';
        }
        number = negative ? -number : number;
        if ((int) number == number) {
            return (int) number;
        }
        return number;
    }

    private String string(int from, int to) {
        byte[] text = index.text();
        if (!index.hasEscapes(from, to)) {
            return new String(text, from, to - from, UTF_8);
        }
        StringBuilder string = new StringBuilder(to - from);
        int begin = from;
        for (int i = from; i < to; i++) {
            if (text[i] == '\\') {
                string.append(new String(text, begin, i - begin, UTF_8));
                i++;
                string.append(unescaped(i));
                i += text[i] == 'u' ? 4 : 0;
                begin = i + 1;
            }
        }
        return string.append(new String(text, begin, to - begin, UTF_8)).toString();
    }

    /** What an escape stands for, from behind its backslash. */
    private char unescaped(int at) {
        byte[] text = index.text();
        return switch (text[at]) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = at + 1; i <= at + 4; i++) {
                    code = 16 * code + Character.digit(text[i], 16);
                }
                yield (char) code;
            }
            default -> (char) text[at];
        };
    }

    /** An array from its bracket. */
    private Object array(int from) {
        List<Object> list = new ArrayList<>();
        int at = index.space(from + 1);
        while (index.at(at) != ']') {
            int end = index.value(at);
            int quote = index.valueKind() == JsonIndex.STRING ? 1 : 0;
            Object element = plain(index.valueKind(), at + quote, end - quote);
            if (element == this) {
                return this;
            }
            list.add(element);
            at = index.space(end);
            if (index.at(at) == ',') {
                at = index.space(at + 1);
            }
        }
        return list;
    }
}
