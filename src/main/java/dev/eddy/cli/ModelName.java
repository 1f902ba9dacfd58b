package dev.eddy.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code NAME@VERSION} as an argument. */
record ModelName(String name, String version) {
    /** Reads it. */
    static final class Converter implements ITypeConverter<ModelName> {
        @Override
        public ModelName convert(String text) {
            int at = text.lastIndexOf('@');
            if (at < 1 || at == text.length() - 1) {
                throw new TypeConversionException("'" + text + "' is not NAME@VERSION");
            }
            return new ModelName(text.substring(0, at), text.substring(at + 1));
        }
    }

    @Override
    public String toString() {
        return name + "@" + version;
    }
}
