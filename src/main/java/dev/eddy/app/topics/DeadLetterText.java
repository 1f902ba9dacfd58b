package dev.eddy.app.topics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A dead letter as a JSON object. Bytes that are not UTF-8 are given in base64, under the name with {@code Base64} added. */
final class DeadLetterText implements RecordText {
    private static final String PREFIX = "eddy.";

    private final ObjectMapper json = new ObjectMapper();

    @Override
    public String of(ConsumerRecord<byte[], byte[]> record) {
        ObjectNode letter = json.createObjectNode();
        putBytes(letter, "key", record.key());
        letter.put("timestamp", record.timestamp());
        for (String name : new String[] {"reason", "message", "topic", "partition", "offset"}) {
            putHeader(letter, name, record.headers().lastHeader(PREFIX + name));
        }
        putBytes(letter, "value", record.value());
        try {
            return json.writeValueAsString(letter);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }

    private static void putHeader(ObjectNode letter, String name, Header header) {
        if (header == null || header.value() == null) {
            letter.putNull(name);
            return;
        }
        String text = new String(header.value(), StandardCharsets.UTF_8);
        if ((name.equals("partition") || name.equals("offset")) && text.matches("[0-9]{1,18}")) {
            letter.put(name, Long.parseLong(text));
        } else {
            letter.put(name, text);
        }
    }

    private static void putBytes(ObjectNode letter, String name, byte[] bytes) {
        if (bytes == null) {
            letter.putNull(name);
            return;
        }
        try {
            letter.put(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            letter.put(name + "Base64", bytes);
        }
    }
}
