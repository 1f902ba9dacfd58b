package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Locale;

/**
 * Which entry of the vocabulary stands for a text that is not in it. Plain tests instead of regular expressions: a model
 * file cannot bring one that takes for ever.
 *
 * @param when  the test
 * @param of    the parts {@code contains} and {@code suffix} look for
 * @param token the entry of the vocabulary used
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({"when", "of", "token"})
public record UnknownRule(When when, List<String> of, String token) {
    public UnknownRule {
        when = when == null ? When.ALWAYS : when;
        of = of == null ? List.of() : List.copyOf(of);
        if (token == null) {
            throw new InvalidModelException("a rule for unknown tokens names no 'token'");
        }
    }

    /** Whether the rule covers a text. */
    public boolean covers(String text) {
        return switch (when) {
            case CONTAINS -> of.stream().anyMatch(text::contains);
            case SUFFIX -> of.stream().anyMatch(text.toLowerCase(Locale.ROOT)::endsWith);
            case DIGIT -> text.chars().anyMatch(c -> c >= '0' && c <= '9');
            case NO_LETTER -> text.codePoints().noneMatch(Character::isLetter);
            case UPPER -> text.codePointCount(0, text.length()) > 1 && isUpper(text);
            case CAPITALISED -> !text.isEmpty() && Character.isUpperCase(text.codePointAt(0));
            case ALWAYS -> true;
        };
    }

    private static boolean isUpper(String text) {
        return Character.isUpperCase(text.codePointAt(0))
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    /** Tests of a text. */
    public enum When {
        /** One of the parts is in it. */
        @JsonProperty("contains")
        CONTAINS,
        /** It ends, in lower case, with one of the parts. */
        @JsonProperty("suffix")
        SUFFIX,
        /** It has a digit 0 to 9. */
        @JsonProperty("digit")
        DIGIT,
        /** It has no letter. */
        @JsonProperty("noLetter")
        NO_LETTER,
        /** It is longer than one character, begins with a capital and has no small letter. */
        @JsonProperty("upper")
        UPPER,
        /** Its first character is a capital. */
        @JsonProperty("capitalised")
        CAPITALISED,
        /** Always. */
        @JsonProperty("always")
        ALWAYS
    }
}
