package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import java.math.BigInteger;

/** Reads the number by which duplicates of an event are known: a whole number that grows within a sequence. */
final class EventNumber {
    /** Below it every whole number is a double of its own. */
    private static final double MOST_EXACT = 1L << 53;

    private final String field;
    private final String[] path;

    /**
     * Reads a field.
     *
     * @param field its path
     */
    EventNumber(String field) {
        this.field = field;
        this.path = Fields.path(field);
    }

    /**
     * The number of an event.
     *
     * @throws BadEventException if it has none
     */
    long of(Fields fields) {
        Object value = fields.get(path);
        if (value == null) {
            throw new BadEventException(
                    Reason.MISSING_FIELD, "field '" + field + "', by which duplicates are known, is missing");
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof BigInteger big && big.bitLength() < Long.SIZE) {
            return big.longValue();
        }
        if ((value instanceof Double || value instanceof Float) && isExact(((Number) value).doubleValue())) {
            return ((Number) value).longValue();
        }
        throw new BadEventException(
                Reason.WRONG_TYPE,
                "field '" + field + "', by which duplicates are known, must be a whole number of 64 bits but is "
                        + brief(value.toString()));
    }

    private static boolean isExact(double number) {
        return number == Math.rint(number) && Math.abs(number) < MOST_EXACT;
    }

    private static String brief(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
