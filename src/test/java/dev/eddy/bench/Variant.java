package dev.eddy.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A name and settings that go with it, so that the same contender can race with itself.
 *
 * @param settings names and values, over those that all contenders share
 */
record Variant(String name, Map<String, String> settings) {
    /** Reads {@code NAME} or {@code NAME:SETTING=VALUE,SETTING=VALUE}. */
    static final class Reader implements ITypeConverter<Variant> {
        @Override
        public Variant convert(String text) {
            int colon = text.indexOf(':');
            if (colon < 0) {
                return new Variant(text, Map.of());
            }
            Map<String, String> settings = new LinkedHashMap<>();
            for (String setting : text.substring(colon + 1).split(",", -1)) {
                int equals = setting.indexOf('=');
                if (equals < 1) {
                    throw new TypeConversionException(
                            "'" + setting + "' is no setting; write NAME:SETTING=VALUE,SETTING=VALUE");
                }
                settings.put(setting.substring(0, equals), setting.substring(equals + 1));
            }
            return new Variant(text.substring(0, colon), settings);
        }
    }
}
